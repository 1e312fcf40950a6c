package fleet

import (
	"slices"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// What a fill leaves is what a look and a change would have left, also of a group that is not empty after all.
func TestFill(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		before, wanted, want []string
	}{
		"an empty group":      {nil, []string{"dev_00000001", "phone-000002"}, []string{"dev_00000001", "dev_00000002"}},
		"a group with others": {[]string{"dev_00000003", "dev_00000001"}, []string{"dev_00000001", "dev_00000002"}, []string{"dev_00000001", "dev_00000002"}},
		"no devices":          {[]string{"dev_00000003"}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := sandboxClient(t)
			g, err := client.CreateGroup(t.Context(), control.GroupSettings{Name: "new", Type: control.GroupStatic})
			if err != nil || !isEmpty(t.Context(), client, g.ID) {
				t.Fatalf("the new group: empty %v, %v", isEmpty(t.Context(), client, g.ID), err)
			}
			if tc.before != nil {
				if err := client.AddGroupDevices(t.Context(), g.ID, tc.before); err != nil || isEmpty(t.Context(), client, g.ID) {
					t.Fatalf("after a change of its own the group is still empty: %v", err)
				}
			}
			r := fill(t.Context(), client, g.ID, tc.wanted)
			if r.err != nil || r.now == nil {
				t.Fatalf("ended with %v, members known: %v", r.err, r.now != nil)
			}
			var got []string
			for _, d := range r.now.devices {
				got = append(got, d.ID)
			}
			slices.Sort(got)
			if !slices.Equal(got, tc.want) {
				t.Errorf("the members are %v; want %v", got, tc.want)
			}
		})
	}
}

// A fill that is refused changes nothing, and says what converge says.
func TestFillIsRefused(t *testing.T) {
	t.Parallel()
	client := sandboxClient(t)
	g, _, err := client.ResolveGroup(t.Context(), "staging")
	if err != nil {
		t.Fatal(err)
	}
	r := fill(t.Context(), client, g.ID, []string{"dev_00000001", "phone-999999"})
	if r.err == nil || !strings.Contains(r.err.Error(), `"phone-999999" was not found`) || r.mayHaveChanged || len(r.now.devices) != 5 {
		t.Errorf("a device that does not exist: %v, changed %v, %v", r.err, r.mayHaveChanged, r.now)
	}
	if r := fill(t.Context(), client, "no-such-group", []string{"dev_00000001"}); !control.NotFound(r.err) || r.listed {
		t.Errorf("a group that does not exist: %v, listed %v", r.err, r.listed)
	}
}
