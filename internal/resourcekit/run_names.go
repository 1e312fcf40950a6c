package resourcekit

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// RunNames are the planned names of all processes of the provider in one run of Terraform. Each configuration of the provider, such as
// an alias, has a process of its own, and a resource of one may refer to what a resource of another one creates. The processes share a
// file, which has a hash of each name. A file that cannot be written or read is as good as none: then a plan reports the name as
// missing.
type RunNames struct {
	folder string
	// file finds out the path of the file.
	file func() string
	// begin makes the folder, and removes old files from it.
	begin func() error
}

// runNamesAge is how long after its last change a file counts. Where the system does not tell when a process has begun, a later run of
// Terraform may get the same process ID.
const runNamesAge = 24 * time.Hour

// NamesOfRun returns the names of the run of Terraform with this process ID. Its file is in the folder. begun tells at what time the process
// began, in a form of the system: no later run has both the ID and the time. It is called once, before the first use, and returns "" where
// the system does not tell.
func NamesOfRun(folder string, processID int, begun func() string) *RunNames {
	n := &RunNames{folder: folder, file: sync.OnceValue(func() string { return fileOfRun(folder, processID, begun()) })}
	n.begin = sync.OnceValue(n.prepare)
	return n
}

// ChecksOfRun returns the file of CheckedPlans for a run, nil where the system does not tell when it began.
func ChecksOfRun(folder string, processID int, begun string) *RunNames {
	if begun == "" {
		return nil
	}
	n := &RunNames{folder: folder, file: func() string { return fileOfRun(folder, processID, begun) + "-checks" }}
	n.begin = sync.OnceValue(n.prepare)
	return n
}

func fileOfRun(folder string, processID int, begun string) string {
	name := strconv.Itoa(processID)
	if begun != "" {
		sum := nameSum(begun)
		name += fmt.Sprintf("-%x", sum[:8])
	}
	return filepath.Join(folder, name)
}

func (n *RunNames) add(key any) {
	if n == nil || n.begin() != nil {
		return
	}
	file, err := os.OpenFile(n.file(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	sum := nameSum(key)
	_, _ = file.Write(sum[:])
	_ = file.Close()
}

func (n *RunNames) prepare() error {
	files, _ := filepath.Glob(filepath.Join(n.folder, "*"))
	for _, file := range files {
		if !isRecent(file) {
			_ = os.Remove(file)
		}
	}
	return os.MkdirAll(n.folder, 0o700)
}

func (n *RunNames) contains(key any) bool {
	if n == nil || !isRecent(n.file()) {
		return false
	}
	sums, err := os.ReadFile(n.file())
	if err != nil {
		return false
	}
	for ; len(sums) >= sha256.Size; sums = sums[sha256.Size:] {
		if nameSum(key) == [sha256.Size]byte(sums) {
			return true
		}
	}
	return false
}

func isRecent(file string) bool {
	info, err := os.Stat(file)
	return err == nil && time.Since(info.ModTime()) < runNamesAge
}

// nameSum is the entry of a key, which fmt writes with its type.
func nameSum(key any) [sha256.Size]byte { return sha256.Sum256(fmt.Appendf(nil, "%#v", key)) }
