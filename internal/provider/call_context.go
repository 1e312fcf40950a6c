package provider

import (
	"context"
	"sync/atomic"
	"time"
)

// callContext is the context of a call, and lets go of it at its end. The framework keeps the context of every call until Terraform stops
// the provider, and with it the request and three loggers, some 30 KB for each call:
// https://github.com/hashicorp/terraform-plugin-framework/blob/v1.19.0/internal/proto6server/serve.go (registerContext).
type callContext struct {
	// call is the context of the call, nil after its end.
	call     atomic.Pointer[context.Context]
	done     <-chan struct{}
	deadline time.Time
	limited  bool
	// err is why the call has ended. It is set before call becomes nil.
	err error
}

// newCallContext returns the context of a call, which the server of the protocol cancels at the end of the call.
func newCallContext(call context.Context) context.Context {
	c := &callContext{done: call.Done()}
	c.deadline, c.limited = call.Deadline()
	c.call.Store(&call)
	context.AfterFunc(call, func() {
		c.err = call.Err()
		c.call.Store(nil)
	})
	return c
}

// Deadline implements context.Context.
func (c *callContext) Deadline() (deadline time.Time, ok bool) { return c.deadline, c.limited }

// Done implements context.Context.
func (c *callContext) Done() <-chan struct{} { return c.done }

// Err implements context.Context.
func (c *callContext) Err() error {
	if call := c.call.Load(); call != nil {
		return (*call).Err()
	}
	return c.err
}

// Value implements context.Context. A context that outlives its call, such as that of a read which others wait for, has only the values that
// the provider has added itself.
func (c *callContext) Value(key any) any {
	if call := c.call.Load(); call != nil {
		return (*call).Value(key)
	}
	return nil
}
