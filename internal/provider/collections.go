package provider

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// minGrowth is how much the heap grows at least between two collections of garbage. Most of what a call of Terraform allocates is
	// garbage at its end, and what remains is small: by default a collection begins each time that the heap has doubled, which is every
	// few MiB.
	minGrowth = 48 << 20
	// defaultPercent is Go's own growth between two collections, in percent of what is alive.
	defaultPercent = 100
)

// collectLessOften lets the heap grow by minGrowth before a collection, or by what is Go's default where that is more. A GOGC of the user
// stays in force.
func collectLessOften() {
	if os.Getenv("GOGC") == "" {
		tuneCollections()
	}
}

// collectionMark is collected in each collection. It has a pointer, so that it is not allocated together with other small objects.
type collectionMark struct{ self *collectionMark }

// tuneCollections sets the growth until the next collection, and again after each one.
func tuneCollections() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(growthPercent(live[0].Value.Uint64()))
	mark := &collectionMark{}
	mark.self = mark
	runtime.AddCleanup(mark, func(struct{}) { tuneCollections() }, struct{}{})
}

// growthPercent is minGrowth in percent of the bytes that were alive after the last collection, at least Go's default.
func growthPercent(live uint64) int {
	const smallest = 4 << 20                                           // Go's heap before the first collection
	return max(defaultPercent, int(100*minGrowth/max(live, smallest))) //nolint:gosec // at most 1200
}
