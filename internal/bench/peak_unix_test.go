//go:build bench && unix

package bench

import (
	"os"
	"runtime"
	"syscall"
)

// peakMiB returns the peak memory of the process, or of a child that it waited for, in MiB.
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
