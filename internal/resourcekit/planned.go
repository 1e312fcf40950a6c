package resourcekit

import "sync"

// PlannedNames are the names of the objects that the current plan creates or renames. A resource that refers to another one
// by name looks here before it reports that the name does not exist: Terraform plans the referenced resource first. The zero
// value is ready to use and safe for concurrent use.
type PlannedNames struct {
	names sync.Map
}

type plannedName struct{ typeName, name string }

// Add records that the plan creates an object of the type with the name.
func (p *PlannedNames) Add(typeName, name string) {
	p.names.Store(plannedName{typeName, name}, struct{}{})
}

// Contains is true if the plan creates an object of the type with the name, or renames one to it.
func (p *PlannedNames) Contains(typeName, name string) bool {
	_, ok := p.names.Load(plannedName{typeName, name})
	return ok
}

// Rename records that the plan renames the object with the ID.
func (p *PlannedNames) Rename(typeName, id, name string) {
	p.Add(typeName, name)
	p.names.Store(renamed{typeName, id, name}, struct{}{})
}

type renamed struct{ typeName, id, name string }

// IsRenamed is true if the plan renames the object with the ID to the name.
func (p *PlannedNames) IsRenamed(typeName, id, name string) bool {
	_, ok := p.names.Load(renamed{typeName, id, name})
	return ok
}

// groupMembers is the type under which a change of the members of a device group is recorded, by the ID of the group.
const groupMembers = "members of octomil_device_group"

// ChangeMembers records that the plan changes which devices are in the device group with the ID.
func (p *PlannedNames) ChangeMembers(groupID string) { p.Add(groupMembers, groupID) }

// ChangesMembers is true if the plan changes which devices are in the device group with the ID.
func (p *PlannedNames) ChangesMembers(groupID string) bool { return p.Contains(groupMembers, groupID) }
