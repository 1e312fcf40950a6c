package resourcekit

import (
	"sync"
	"time"
)

// Recent keeps answers for a moment. An apply reads without a cache; what it only compares, and not changes, many resources may read at
// about the same time. The zero value is ready to use and safe for concurrent use.
type Recent[T any] struct {
	mu      sync.Mutex
	answers map[string]recentAnswer[T]
}

type recentAnswer[T any] struct {
	at    time.Time
	value T
}

// recentAge is how long an answer is kept.
const recentAge = 10 * time.Second

// Get returns the answer for a key from the last 10 seconds, or else reads it. It keeps no error.
func (r *Recent[T]) Get(key string, read func() (T, error)) (T, error) {
	r.mu.Lock()
	kept, ok := r.answers[key]
	r.mu.Unlock()
	if ok && time.Since(kept.at) < recentAge {
		return kept.value, nil
	}
	at := time.Now()
	value, err := read()
	if err != nil {
		return value, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answers == nil {
		r.answers = map[string]recentAnswer[T]{}
	}
	r.answers[key] = recentAnswer[T]{at: at, value: value}
	return value, nil
}

// Forget drops the answer for a key, which a change has made obsolete.
func (r *Recent[T]) Forget(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.answers, key)
}
