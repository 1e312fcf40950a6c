package resourcekit

import (
	"maps"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// walk detects where one walk of Terraform through its graph ends and the next begins. As a rule, a process of the provider serves one
// walk: a plan, or an apply. Under `terraform test`, from 1.13 on, one process serves all runs of a file, and nothing in the protocol
// tells them apart. What does is the order of requests:
//
//   - an apply does not read resources, and plans no destroy: either of them after a write belongs to another walk;
//   - within a walk, each plan of a resource directly follows the validation of its configuration. Each run of a test validates all
//     configurations beforehand: a validation that no plan has followed, and that came after something was planned or written, belongs
//     to a later run.
//
// The zero value is ready to use and safe for concurrent use.
type walk struct {
	mu sync.Mutex
	// clock counts the requests.
	clock int
	// begun is the time of the first plan or write of the walk, 0 if there was none.
	begun int
	// written is true once the walk has written something: it is an apply.
	written bool
	// reads has the time at which each object was read.
	reads map[Object]int
	// validated are the configurations that were validated and not planned yet, by type name.
	validated map[string][]validation
}

type validation struct {
	config tftypes.Value
	at     int
}

// validate records the validation of a configuration.
func (w *walk) validate(typeName string, config tftypes.Value) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock++
	if w.validated == nil {
		w.validated = map[string][]validation{}
	}
	w.validated[typeName] = append(w.validated[typeName], validation{config, w.clock})
}

// plan records the plan of a configuration, null for a destroy. It is true if the plan begins another walk.
func (w *walk) plan(typeName string, config tftypes.Value) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	begins := w.written && config.IsNull()
	if !config.IsNull() {
		w.forgetValidation(typeName, config)
		begins = slices.ContainsFunc(w.validated[typeName], func(v validation) bool {
			return w.begun > 0 && v.at > w.begun && mayEqual(v.config, config)
		})
	}
	w.event(begins)
	return begins
}

// forgetValidation removes the validation that came right before the plan of the same configuration.
func (w *walk) forgetValidation(typeName string, config tftypes.Value) {
	all := w.validated[typeName]
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].config.Equal(config) {
			w.validated[typeName] = slices.Delete(all, i, i+1)
			return
		}
	}
}

// read records the read of a managed object. It is true if the read begins another walk.
func (w *walk) read(o Object) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	before, again := w.reads[o]
	begins := w.written || again && w.validatedSince(max(before, w.begun))
	if begins {
		w.reset()
	}
	w.clock++
	if w.reads == nil {
		w.reads = map[Object]int{}
	}
	w.reads[o] = w.clock
	return begins
}

// validatedSince is true if something was validated later than a time, and not planned.
func (w *walk) validatedSince(at int) bool {
	for _, all := range w.validated {
		if slices.ContainsFunc(all, func(v validation) bool { return w.begun > 0 && v.at > at }) {
			return true
		}
	}
	return false
}

// write records that an apply has begun to write.
func (w *walk) write() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.event(false)
	w.written = true
}

// event counts a plan or a write, the first one of another walk if it begins one.
func (w *walk) event(begins bool) {
	if begins {
		w.reset()
	}
	w.clock++
	if w.begun == 0 {
		w.begun = w.clock
	}
}

func (w *walk) reset() {
	w.begun, w.written, w.reads, w.validated = 0, false, nil, nil
}

// mayEqual is true if two values are equal, or would be if what is unknown in them had the right value.
func mayEqual(a, b tftypes.Value) bool {
	if !a.IsKnown() || !b.IsKnown() {
		return true
	}
	if a.IsNull() || b.IsNull() {
		return a.IsNull() && b.IsNull()
	}
	if membersA, membersB := attributesOf(a), attributesOf(b); membersA != nil && membersB != nil {
		return len(membersA) == len(membersB) && !slices.ContainsFunc(slices.Collect(maps.Keys(membersA)), func(name string) bool {
			other, ok := membersB[name]
			return !ok || !mayEqual(membersA[name], other)
		})
	}
	if elementsA, elementsB := elementsOf(a), elementsOf(b); elementsA != nil && elementsB != nil {
		return slices.EqualFunc(elementsA, elementsB, mayEqual)
	}
	return a.Equal(b)
}
