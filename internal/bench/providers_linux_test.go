//go:build bench

package bench

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// clockTick is the unit of CPU times in /proc, which Linux has fixed for programs.
const clockTick = 10 * time.Millisecond

// watchProviders watches the processes that a command line starts until usage is called, which returns their CPU time and the peak memory
// of the largest in MiB. The last moments of a process are missed.
func watchProviders(parent int) (usage func() (cpu time.Duration, peak int64)) {
	type process struct {
		cpu  time.Duration
		peak int64
	}
	seen := map[string]process{}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Millisecond):
			}
			threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent)) // any thread may have started a child
			for _, thread := range threads {
				children, _ := os.ReadFile(thread) //nolint:gosec // a file of the kernel
				for _, pid := range strings.Fields(string(children)) {
					if cpu, peak, ok := processUsage(pid); ok {
						seen[pid] = process{cpu, peak}
					}
				}
			}
		}
	}()
	return func() (cpu time.Duration, peak int64) {
		close(stop)
		<-stopped
		for _, p := range seen {
			cpu, peak = cpu+p.cpu, max(peak, p.peak)
		}
		return cpu, peak
	}
}

// processUsage reads the CPU time and the peak memory of a process that runs.
func processUsage(pid string) (cpu time.Duration, peak int64, ok bool) {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil || !bytes.Contains(stat, []byte("(terraform-provi")) { // before it is started, a child is a copy of the command line
		return 0, 0, false
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return 0, 0, false
	}
	for _, field := range fields[11:13] { // utime and stime
		ticks, _ := strconv.ParseInt(field, 10, 64)
		cpu += time.Duration(ticks) * clockTick
	}
	status, _ := os.ReadFile("/proc/" + pid + "/status")
	for line := range strings.Lines(string(status)) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == "VmHWM:" {
			kib, _ := strconv.ParseInt(words[1], 10, 64)
			return cpu, kib >> 10, true
		}
	}
	return cpu, 0, false
}
