//go:build unix

package control

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Nobody writes to the pipe: reading it would wait for ever. A device may never end.
func TestOpenRegular(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for file, says := range map[string]string{
		pipe: "is not a regular file", "/dev/zero": "is not a regular file", t.TempDir(): "is a directory",
		filepath.Join(t.TempDir(), "none"): "no such file",
	} {
		source, err := OpenRegular(file)
		if err == nil {
			_ = source.Close()
			t.Errorf("%s is opened", file)
		} else if !strings.Contains(err.Error(), says) {
			t.Errorf("%v; want %q", err, says)
		}
		if _, _, err := HashFile(t.Context(), file); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("HashFile: %v; want %q", err, says)
		}
	}
}
