package deployment

import (
	"strings"
	"testing"

	"golang.org/x/mod/semver"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Which of two versions comes first is one order, and for semantic versions the one of their specification.
func FuzzPrecedes(f *testing.F) {
	for _, versions := range [][3]string{
		{"1.0.0", "2.0.0", "10.0.0"}, {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta"}, {"1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2"},
		{"1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1"}, {"1.0.0-rc.1", "1.0.0", "1.0.0+build"}, {"nightly", "1.0.0", "stable"}, {"", "v1", "1"},
		{"1.0.0-9223372036854775808", "1.0.0-9223372036854775807", "1.0.0-a"}, {"1.0.0-1a", "1.0.0-2", "1.0.0-10"},
	} {
		f.Add(versions[0], versions[1], versions[2])
	}
	f.Fuzz(func(t *testing.T, a, b, c string) {
		deployed := []string{c, a}
		ab, ba := precedes(a, b, deployed), precedes(b, a, deployed)
		if ab && ba {
			t.Errorf("%q and %q precede each other", a, b)
		}
		if precedes(a, a, deployed) {
			t.Errorf("%q precedes itself", a)
		}
		if !semver.IsValid("v"+a) || !semver.IsValid("v"+b) || !semver.IsValid("v"+c) {
			return
		}
		if want := semver.Compare("v"+a, "v"+b); ab != (want < 0) || ba != (want > 0) {
			t.Errorf("%q and %q compare as %d; precedes says %t and %t", a, b, want, ab, ba)
		}
		if ab && precedes(b, c, deployed) && !precedes(a, c, deployed) {
			t.Errorf("%q < %q < %q, and the first is not before the last", a, b, c)
		}
	})
}

// An import id can be read as a model, and as a model and a group on both sides of each slash, and never as anything else.
func FuzzImportID(f *testing.F) {
	for _, id := range []string{"phi-4-mini", "phi-4-mini/staging", "meta/llama-3/edge", "/", "//", "a/", "/a", "", "ä/ö"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		ways := splits(id)
		if ways[0] != [2]string{id, ""} {
			t.Errorf("%q is first read as %q", id, ways[0])
		}
		seen := map[[2]string]bool{}
		for _, way := range ways[1:] {
			if way[0] == "" || way[1] == "" || way[0]+"/"+way[1] != id || seen[way] {
				t.Errorf("%q is read as %q", id, way)
			}
			seen[way] = true
		}
		inner := 0
		if len(id) > 2 {
			inner = strings.Count(id[1:len(id)-1], "/")
		}
		if len(seen) != inner {
			t.Errorf("%q has %d slashes inside and is read in %d ways", id, inner, len(seen))
		}
	})
}

// A decision is about the pin: it is the same twice, never a rollback to what was not deployed, and nothing once the pin is there.
func FuzzDecide(f *testing.F) {
	f.Add("1.0.0", "2.0.0", "completed", 100.0, 100.0, true, false)
	f.Add("2.0.0", "2.0.0", "active", 40.0, 100.0, false, true)
	f.Add("", "", "", 0.0, 0.0, false, false)
	f.Fuzz(func(t *testing.T, pin, target, status string, at, share float64, settled, before bool) {
		s := situation{Targeted: &record{ID: "r", Version: target, Status: control.RolloutStatus(status), Percentage: at}}
		if before {
			s.Deployed = []string{pin}
		}
		w := wish{version: pin, share: share, settled: settled}
		op := decide(s, w)
		if op != decide(s, w) {
			t.Errorf("%+v is not the only decision", op)
		}
		if op.From != target || op.To != pin {
			t.Errorf("from %q to %q, and %q is targeted, %q pinned", op.From, op.To, target, pin)
		}
		if op.Kind == operationRollback && (!before || !precedes(pin, target, s.Deployed)) {
			t.Errorf("a rollback of %q to %q, which was deployed before: %t", target, pin, before)
		}
		if op.replaces() != (pin != target) {
			t.Errorf("%s of %q in the place of %q", op.Kind, pin, target)
		}
		if pin == target && status == string(control.RolloutCompleted) && op.Kind != operationNone {
			t.Errorf("%s of a completed pin", op.Kind)
		}
	})
}
