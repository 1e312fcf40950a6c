package rollout

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// membersWith is a group of which as many members as counted are assigned each version.
func membersWith(counts Assignments) Members {
	members := Members{}
	for _, version := range slices.Sorted(maps.Keys(counts)) {
		for range counts[version] {
			members = append(members, control.Member{ID: fmt.Sprint("dev_", len(members)), Version: version})
		}
	}
	return members
}

func TestDeviceSetSurvivesPrivateState(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		ids := rapid.SliceOfN(rapid.StringMatching(`dev_[0-9]{1,8}`), 0, 50).Draw(rt, "devices")
		p := Private{Assigned: DeviceSet{}}
		for _, id := range ids {
			p.Assigned.add(id)
		}
		data, err := json.Marshal(p)
		var read Private
		if err == nil {
			err = json.Unmarshal(data, &read)
		}
		if diff := cmp.Diff(p, read); err != nil || diff != "" {
			rt.Errorf("%v: %s", err, diff)
		}
		for _, id := range ids {
			if !read.Assigned.Contains(id) {
				rt.Errorf("%s is missing", id)
			}
		}
	})
	var unknown Private
	for _, text := range []string{`{}`, `{"assigned":null}`} {
		if err := json.Unmarshal([]byte(text), &unknown); err != nil || unknown.Assigned != nil {
			t.Errorf("%s: %v, %v", text, unknown.Assigned, err)
		}
	}
	large := DeviceSet{}
	for i := range 2 * maxDeviceSet {
		large.add(fmt.Sprint(i))
	}
	if data, err := json.Marshal(Private{Assigned: large}); err != nil || len(data) > 100 {
		t.Errorf("%d bytes of a set that is too large, %v", len(data), err)
	}
}

func TestPercentageOfSaysZeroAndAllOnlyOfNoneAndAll(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		part, whole int
		want        float64
	}{{0, 0, 0}, {0, 9, 0}, {9, 9, 100}, {21, 22, 95.45}, {17, 24, 70.83}, {1, 1_000_000, 0.01}, {999_999, 1_000_000, 99.99}, {1, 3, 33.33}} {
		if got := PercentageOf(c.part, c.whole); got != c.want {
			t.Errorf("%d of %d is %v percent; want %v", c.part, c.whole, got, c.want)
		}
	}
}
