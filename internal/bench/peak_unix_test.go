//go:build bench && unix

package bench

import (
	"os"
	"runtime"
	"syscall"
)

// peakMiB is the most memory that the process, or one of those that it has waited for, had at once.
func peakMiB(p *os.ProcessState) int64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" { // bytes there, KiB elsewhere
		return usage.Maxrss >> 20
	}
	return usage.Maxrss >> 10
}
