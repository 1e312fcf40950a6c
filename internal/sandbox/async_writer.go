package sandbox

import (
	"bytes"
	"io"
	"sync"
	"time"
)

// asyncWriter writes in the background, so that a slow reader delays neither the simulation nor its end.
type asyncWriter struct {
	to io.Writer

	mu     sync.Mutex
	buffer bytes.Buffer
	closed bool
	// wake holds one signal: the buffer has content, or the writer was closed.
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

// Close waits until the buffer is written, but no longer than the timeout.
func (w *asyncWriter) Close(timeout time.Duration) {
	w.mu.Lock()
	w.closed = true
	w.signal()
	w.mu.Unlock()
	timer := time.NewTimer(timeout)
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
				w.discard() // the reader has stopped
				return
			}
		}
		if closed {
			return
		}
	}
}

// discard drops everything that is written from now on.
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
