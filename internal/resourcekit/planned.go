package resourcekit

import "sync"

// PlannedNames are the names of the objects that the current plan creates or renames. A resource that refers to another one
// by name looks here before it reports that the name does not exist: Terraform plans the referenced resource first. The zero
// value is ready to use and safe for concurrent use.
type PlannedNames struct {
	// Run are the names of the other processes of this run, nil for none.
	Run *RunNames

	mu sync.Mutex
	// names are those of the current walk, and previous those of the one before: the first names of a walk may be recorded before it
	// is known that another walk has begun.
	names, previous map[any]bool
}

type plannedName struct{ typeName, name string }

type renamed struct{ typeName, id, name string }

// Add records that the plan creates an object of the type with the name.
func (p *PlannedNames) Add(typeName, name string) {
	p.add(plannedName{typeName, name})
}

// Contains is true if the plan creates an object of the type with the name, or renames one to it.
func (p *PlannedNames) Contains(typeName, name string) bool {
	return p.contains(plannedName{typeName, name})
}

// Rename records that the plan renames the object with the ID.
func (p *PlannedNames) Rename(typeName, id, name string) {
	p.Add(typeName, name)
	p.add(renamed{typeName, id, name})
}

// IsRenamed is true if the plan renames the object with the ID to the name.
func (p *PlannedNames) IsRenamed(typeName, id, name string) bool {
	return p.contains(renamed{typeName, id, name})
}

// Forget begins another walk.
func (p *PlannedNames) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.names, p.previous = nil, p.names
}

func (p *PlannedNames) add(key any) {
	p.Run.add(key)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.names == nil {
		p.names = map[any]bool{}
	}
	p.names[key] = true
}

func (p *PlannedNames) contains(key any) bool {
	p.mu.Lock()
	known := p.names[key] || p.previous[key]
	p.mu.Unlock()
	return known || p.Run.contains(key)
}

// groupMembers is the type under which a change of the members of a device group is recorded, by the ID of the group.
const groupMembers = "members of octomil_device_group"

// ChangeMembers records that the plan changes which devices are in the device group with the ID.
func (p *PlannedNames) ChangeMembers(groupID string) { p.Add(groupMembers, groupID) }

// ChangesMembers is true if the plan changes which devices are in the device group with the ID.
func (p *PlannedNames) ChangesMembers(groupID string) bool { return p.Contains(groupMembers, groupID) }
