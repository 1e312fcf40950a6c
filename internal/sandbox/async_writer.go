package sandbox

import (
	"bytes"
	"io"
	"sync"
	"time"
)

// outbox hands lines to a writer in the background, so that a reader who is slow, or has stopped reading, holds up neither the
// simulation nor its end.
type asyncWriter struct {
	to io.Writer

	mu     sync.Mutex
	buffer bytes.Buffer
	closed bool
	// news has room for one signal: something waits, or the outbox was closed.
	wake    chan struct{}
	drained chan struct{}
}

func newAsyncWriter(to io.Writer) *asyncWriter {
	w := &asyncWriter{to: to, wake: make(chan struct{}, 1), drained: make(chan struct{})}
	go w.drain()
	return w
}

// Write never blocks and never fails.
func (w *asyncWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed {
		w.buffer.Write(p)
		w.signal()
	}
	return len(p), nil
}

// Close waits for what was written to get out, as long as patience lasts.
func (w *asyncWriter) Close(patience time.Duration) {
	w.mu.Lock()
	w.closed = true
	w.signal()
	w.mu.Unlock()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-w.drained:
	case <-timer.C:
	}
}

func (w *asyncWriter) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *asyncWriter) drain() {
	defer close(w.drained)
	for range w.wake {
		lines, closed := w.takeBuffered()
		if len(lines) > 0 {
			if _, err := w.to.Write(lines); err != nil {
				w.discard() // whoever read the lines has gone
				return
			}
		}
		if closed {
			return
		}
	}
}

// shut makes the outbox drop what comes.
func (w *asyncWriter) discard() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
}

func (w *asyncWriter) takeBuffered() (lines []byte, closed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	lines = bytes.Clone(w.buffer.Bytes())
	w.buffer.Reset()
	return lines, w.closed
}
