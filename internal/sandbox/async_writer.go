package sandbox

import (
	"bytes"
	"io"
	"sync"
	"time"
)

// outbox hands lines to a writer in the background, so that a reader who is slow, or has stopped reading, holds up neither the
// simulation nor its end.
type outbox struct {
	to io.Writer

	mu      sync.Mutex
	waiting bytes.Buffer
	closed  bool
	// news has room for one signal: something waits, or the outbox was closed.
	news    chan struct{}
	drained chan struct{}
}

func newOutbox(to io.Writer) *outbox {
	b := &outbox{to: to, news: make(chan struct{}, 1), drained: make(chan struct{})}
	go b.drain()
	return b
}

// Write never blocks and never fails.
func (b *outbox) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.waiting.Write(p)
		b.signal()
	}
	return len(p), nil
}

// Close waits for what was written to get out, as long as patience lasts.
func (b *outbox) Close(patience time.Duration) {
	b.mu.Lock()
	b.closed = true
	b.signal()
	b.mu.Unlock()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-b.drained:
	case <-timer.C:
	}
}

func (b *outbox) signal() {
	select {
	case b.news <- struct{}{}:
	default:
	}
}

func (b *outbox) drain() {
	defer close(b.drained)
	for range b.news {
		lines, closed := b.take()
		if len(lines) > 0 {
			if _, err := b.to.Write(lines); err != nil {
				b.shut() // whoever read the lines has gone
				return
			}
		}
		if closed {
			return
		}
	}
}

// shut makes the outbox drop what comes.
func (b *outbox) shut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
}

func (b *outbox) take() (lines []byte, closed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	lines = bytes.Clone(b.waiting.Bytes())
	b.waiting.Reset()
	return lines, b.closed
}
