package resourcekit

// KeepsUnchanged is a plan modifier that does nothing where the planned value is that of the state. Those of the framework are so. A resource
// with any other plan modifier is always planned by the framework.
type KeepsUnchanged interface {
	KeepsUnchanged()
}
