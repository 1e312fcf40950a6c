package provider

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"
)

type callKey struct{}

func TestCallContext(t *testing.T) {
	t.Parallel()
	end := time.Now().Add(time.Hour)
	call, cancel := context.WithDeadline(context.WithValue(t.Context(), callKey{}, "kept"), end)
	ctx := newCallContext(call)
	child, cancelChild := context.WithCancel(ctx)
	defer cancelChild()
	if deadline, ok := child.Deadline(); !ok || !deadline.Equal(end) || child.Err() != nil || child.Value(callKey{}) != "kept" {
		t.Fatalf("during the call: %v, %v, %v", deadline, child.Err(), child.Value(callKey{}))
	}
	cancel()
	<-child.Done()
	for ctx.Value(callKey{}) != nil { // the end is told in another goroutine
		runtime.Gosched()
	}
	if !errors.Is(ctx.Err(), context.Canceled) || !errors.Is(child.Err(), context.Canceled) || child.Value(callKey{}) != nil {
		t.Errorf("after the call: %v, %v", ctx.Err(), child.Err())
	}
	if deadline, ok := ctx.Deadline(); !ok || !deadline.Equal(end) {
		t.Errorf("after the call the deadline is %v", deadline)
	}
}

// What a call has had is collected although its context is kept, as the framework does.
func TestCallContextKeepsNothing(t *testing.T) {
	t.Parallel()
	collected := make(chan struct{})
	var kept []context.CancelFunc
	func() {
		request := new([1 << 16]byte)
		runtime.AddCleanup(request, func(c chan struct{}) { close(c) }, collected)
		call, cancel := context.WithCancel(context.WithValue(t.Context(), callKey{}, request))
		_, cancelChild := context.WithCancel(newCallContext(call))
		kept = append(kept, cancelChild)
		cancel()
	}()
	for range 100 {
		runtime.GC()
		select {
		case <-collected:
			kept[0]()
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Error("the request is still in memory")
	kept[0]()
}
