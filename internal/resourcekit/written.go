package resourcekit

import "sync"

// WrittenValues are the values of an attribute as the configuration writes them. With `ignore_changes`, Terraform replaces a value by that
// of the state before it asks for a plan, but it validates the configuration right before that as it is written. The zero value is ready to
// use and safe for concurrent use.
type WrittenValues struct {
	mu     sync.Mutex
	values map[string]map[string]bool
}

// Write records that the configuration writes a value for a thing, in a validation.
func (w *WrittenValues) Write(thing, value string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.values == nil {
		w.values = map[string]map[string]bool{}
	}
	if w.values[thing] == nil {
		w.values[thing] = map[string]bool{}
	}
	w.values[thing][value] = true
}

// IsIgnored is true if the configuration writes values for a thing, but not this one, with which Terraform asks for a plan. The plan uses
// up what the validation before it has recorded.
func (w *WrittenValues) IsIgnored(thing, planned string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	written := w.values[thing]
	if len(written) == 0 {
		return false
	}
	if written[planned] {
		delete(written, planned)
		return false
	}
	delete(w.values, thing)
	return true
}
