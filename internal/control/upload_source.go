package control

import (
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"os"
	"sync"
)

// uploadSource is a file during its upload. It can be opened again, for a connection that breaks before anything was sent.
type uploadSource struct {
	file string
	size int64
	// onProgress is called with the number of bytes sent so far.
	onProgress func(sent int64)

	mu      sync.Mutex
	opened  int
	sent    int64
	sum     hash.Hash
	changed bool
}

func (o *uploadSource) open() (io.ReadCloser, error) {
	if o.size == 0 {
		return http.NoBody, nil
	}
	source, err := OpenRegular(o.file)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.opened++
	o.sent = 0
	o.sum.Reset()
	return &sourceReader{file: source, of: o, number: o.opened}, nil
}

func (o *uploadSource) fileChanged() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.changed
}

// checksum is that of the bytes sent; whole is false where they are not the whole file.
func (o *uploadSource) checksum() (checksum string, whole bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return sha256Prefix + hex.EncodeToString(o.sum.Sum(nil)), o.sent == o.size
}

// sourceReader is one opening of an uploadSource.
type sourceReader struct {
	file   *os.File
	of     *uploadSource
	number int
}

func (r *sourceReader) Close() error { return r.file.Close() }

func (r *sourceReader) Read(buffer []byte) (int, error) {
	n, err := r.file.Read(buffer)
	o := r.of
	o.mu.Lock()
	defer o.mu.Unlock()
	if r.number != o.opened {
		return n, err
	}
	o.sent += int64(n)
	_, _ = o.sum.Write(buffer[:n])
	if o.sent > o.size || errors.Is(err, io.EOF) && o.sent < o.size {
		o.changed = true
		return 0, &FileChangedError{File: o.file}
	}
	o.onProgress(o.sent)
	return n, err
}
