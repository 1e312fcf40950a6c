package resourcekit

import "sync"

// PlannedNames remembers what resources of the running plan are going to create. A resource that refers to another one by its name
// looks here before it calls a name that the server does not know a mistake: Terraform plans what is referred to first.
// The zero value is ready, and safe for concurrent use.
type PlannedNames struct {
	names sync.Map
}

type plannedName struct{ typeName, name string }

// Add says that a resource of this type will create an object of this name.
func (p *PlannedNames) Add(typeName, name string) {
	p.names.Store(plannedName{typeName, name}, struct{}{})
}

// Contains is true when some resource of the type has announced the name.
func (p *PlannedNames) Contains(typeName, name string) bool {
	_, ok := p.names.Load(plannedName{typeName, name})
	return ok
}

// Rename says that a resource of this type will give an object that is there another name.
func (p *PlannedNames) Rename(typeName, id, name string) {
	p.Add(typeName, name)
	p.names.Store(renamed{typeName, id, name}, struct{}{})
}

type renamed struct{ typeName, id, name string }

// IsRenamed is true when the object with this id is going to have this name.
func (p *PlannedNames) IsRenamed(typeName, id, name string) bool {
	_, ok := p.names.Load(renamed{typeName, id, name})
	return ok
}
