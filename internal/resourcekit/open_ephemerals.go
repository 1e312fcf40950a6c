package resourcekit

import (
	"context"
	"sync"
)

// OpenEphemerals are the ephemeral resources that are open. Terraform does not close them where a resource that uses them fails, or the
// run is interrupted; what is still open when the process ends is closed by CloseAll. The zero value is ready to use and safe for
// concurrent use, and nil has none.
type OpenEphemerals struct {
	mu    sync.Mutex
	close map[string]func(context.Context) error
}

// Opened records an ephemeral resource. end closes it, and does no harm where it is closed already.
func (o *OpenEphemerals) Opened(id string, end func(context.Context) error) {
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.close == nil {
		o.close = map[string]func(context.Context) error{}
	}
	o.close[id] = end
}

// Closed forgets an ephemeral resource.
func (o *OpenEphemerals) Closed(id string) {
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.close, id)
}

// CloseAll closes what is still open, all at the same time. Nobody is left who could be told of an error.
func (o *OpenEphemerals) CloseAll(ctx context.Context) {
	o.mu.Lock()
	open := o.close
	o.close = nil
	o.mu.Unlock()
	var closing sync.WaitGroup
	for _, end := range open {
		closing.Go(func() { _ = end(ctx) })
	}
	closing.Wait()
}
