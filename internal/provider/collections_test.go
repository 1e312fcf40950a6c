package provider

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestGrowthPercent(t *testing.T) {
	t.Parallel()
	for live, want := range map[uint64]int{0: 1200, 4 << 20: 1200, 12 << 20: 400, 48 << 20: 100, 500 << 20: 100} {
		if got := growthPercent(live); got != want {
			t.Errorf("with %d bytes alive the heap grows by %d%%, want %d%%", live, got, want)
		}
	}
}

// kept keeps memory alive.
var kept []byte

// The growth is set anew after each collection: memory that is alive counts.
func TestCollectLessOften(t *testing.T) {
	before := debug.SetGCPercent(defaultPercent)
	t.Setenv("GOGC", "")
	t.Cleanup(func() { kept = nil })
	collectLessOften()
	small := percentAfterCollection()
	kept = make([]byte, 4*minGrowth)
	large := percentAfterCollection()
	t.Setenv("GOGC", "75")
	debug.SetGCPercent(75)
	if small <= defaultPercent || large != defaultPercent {
		t.Errorf("the heap grows by %d%%, and by %d%% with much memory alive", small, large)
	}
	debug.SetGCPercent(before)
}

// percentAfterCollection is the growth once it has settled.
func percentAfterCollection() int {
	percent := 0
	for range 5 {
		runtime.GC()
		runtime.Gosched()
		percent = debug.SetGCPercent(defaultPercent)
		debug.SetGCPercent(percent)
	}
	return percent
}
