package resourcekit

import (
	"slices"
	"sync"
)

// DeviceBudget limits how many devices all deployments of one plan or apply may give another version together. The zero value has no limit.
// It is safe for concurrent use.
type DeviceBudget struct {
	// Limit is the largest sum, nil for none.
	Limit *int

	mu       sync.Mutex
	expenses []DeviceExpense
}

// DeviceExpense is how many devices one operation gives another version.
type DeviceExpense struct {
	// Scope names the model and the devices, and what happens to them if that is no update. An operation that is planned once more, or applied,
	// has the same one.
	Scope   string
	Devices int
}

// Spend adds the devices of an operation, or replaces its number. It returns all operations so far and their sum, and is ok if the sum is within
// the limit. An operation that is refused counts all the same, so that the sum is that of the plan.
func (b *DeviceBudget) Spend(e DeviceExpense) (all []DeviceExpense, sum int, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.IndexFunc(b.expenses, func(other DeviceExpense) bool { return other.Scope == e.Scope }); i >= 0 {
		b.expenses[i] = e
	} else {
		b.expenses = append(b.expenses, e)
	}
	for _, other := range b.expenses {
		sum += other.Devices
	}
	return slices.Clone(b.expenses), sum, b.Limit == nil || sum <= *b.Limit
}

// Forget drops all operations.
func (b *DeviceBudget) Forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expenses = nil
}
