package fleet

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"pgregory.net/rapid"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func device(id, identifier string) control.Device {
	return control.Device{ID: id, Identifier: identifier}
}

// threePhones returns a membership in which one identifier is the ID of another device, and one device has no identifier.
func threePhones() membership {
	return newMembership([]control.Device{device("dev_3", ""), device("dev_1", "phone-1"), device("dev_2", "dev_1")})
}

func TestRefs(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		prior  []string
		want   []string
		others aliases
	}{
		"import":                  {nil, []string{"dev_1", "dev_2", "dev_3"}, aliases{"dev_1": "phone-1", "dev_2": "dev_1"}},
		"order and refs are kept": {[]string{"dev_3", "phone-1", "dev_2"}, []string{"dev_3", "phone-1", "dev_2"}, aliases{}},
		"one was removed":         {[]string{"dev_9", "dev_3", "dev_1", "dev_2"}, []string{"dev_3", "dev_1", "dev_2"}, aliases{}},
		"others were added":       {[]string{"dev_3"}, []string{"dev_3", "dev_1", "dev_2"}, aliases{"dev_1": "phone-1", "dev_2": "dev_1"}},
		"one device by both refs": {[]string{"phone-1", "dev_1"}, []string{"phone-1", "dev_2", "dev_3"}, aliases{"dev_2": "dev_1"}},
		"ID wins over identifier": {[]string{"dev_1"}, []string{"dev_1", "dev_2", "dev_3"}, aliases{"dev_2": "dev_1"}},
		"the same ref twice":      {[]string{"dev_3", "dev_3"}, []string{"dev_3", "dev_1", "dev_2"}, aliases{"dev_1": "phone-1", "dev_2": "dev_1"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, others := threePhones().refs(test.prior)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("members (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.others, others); diff != "" {
				t.Errorf("aliases (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRefsOfRepeatedDevice(t *testing.T) {
	t.Parallel()
	r := newMembership([]control.Device{device("dev_1", ""), device("dev_1", "")})
	if got, _ := r.refs(nil); !cmp.Equal(got, []string{"dev_1"}) {
		t.Errorf("the members are %v, want dev_1 once", got)
	}
	if due := r.diff(nil); !cmp.Equal(due.remove, []string{"dev_1"}) {
		t.Errorf("remove is %v, want dev_1 once", due.remove)
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ wanted, add, remove []string }{
		"no change":       {wanted: []string{"dev_2", "phone-1", "dev_3"}},
		"add":             {wanted: []string{"dev_1", "dev_2", "dev_3", "phone-4"}, add: []string{"phone-4"}},
		"remove":          {wanted: []string{"dev_2"}, remove: []string{"dev_3", "dev_1"}},
		"both":            {wanted: []string{"dev_1", "dev_2", "dev_5"}, add: []string{"dev_5"}, remove: []string{"dev_3"}},
		"empty the group": {wanted: []string{}, remove: []string{"dev_3", "dev_1", "dev_2"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := threePhones().diff(test.wanted)
			if diff := cmp.Diff(changes{add: test.add, remove: test.remove}, got, cmp.AllowUnexported(changes{})); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDuplicates(t *testing.T) {
	t.Parallel()
	got := threePhones().duplicates([]string{"dev_1", "dev_3", "phone-1", "dev_9"})
	if diff := cmp.Diff([]int{2}, got); diff != "" {
		t.Errorf("indexes (-want +got):\n%s", diff)
	}
}

func TestSameDevices(t *testing.T) {
	t.Parallel()
	imported := aliases{"dev_1": "phone-1", "dev_2": "phone-2"}
	tests := map[string]struct {
		known          aliases
		state, planned []string
		want           bool
	}{
		"both empty":                 {nil, []string{}, []string{}, true},
		"different order":            {nil, []string{"a", "b"}, []string{"b", "a"}, true},
		"one more":                   {nil, []string{"a", "b"}, []string{"b", "a", "c"}, false},
		"different device":           {nil, []string{"a", "b"}, []string{"a", "c"}, false},
		"by identifier after import": {imported, []string{"dev_1", "dev_2"}, []string{"phone-2", "phone-1"}, true},
		"in part":                    {imported, []string{"dev_1", "dev_2"}, []string{"phone-2", "dev_1"}, true},
		"one device by both refs":    {imported, []string{"dev_1", "dev_2"}, []string{"phone-1", "dev_1"}, false},
		"unknown identifier":         {nil, []string{"dev_1"}, []string{"phone-1"}, false},
		"alias of another device":    {imported, []string{"dev_3"}, []string{"phone-1"}, false},
		"empty ref":                  {nil, []string{"a"}, []string{""}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.known.equal(test.state, test.planned); got != test.want {
				t.Errorf("equal(%v, %v) = %v, want %v", test.state, test.planned, got, test.want)
			}
		})
	}
}

// anyDevices draws distinct devices. Some have an identifier, which may be the ID of another device.
func anyDevices(rt *rapid.T) []control.Device {
	var devices []control.Device
	for _, id := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-d]{1,2}`), 0, 6, rapid.ID).Draw(rt, "ids") {
		devices = append(devices, control.Device{ID: id})
	}
	for i, identifier := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-d]{1,2}`), 0, len(devices), rapid.ID).Draw(rt, "identifiers") {
		devices[i].Identifier = identifier
	}
	return devices
}

// For any configuration, the changes lead to the wanted membership, and the state keeps the configured refs.
func TestMembershipConverges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		fleet := newMembership(anyDevices(rt))
		have := newMembership(slices.DeleteFunc(slices.Clone(fleet.devices), func(control.Device) bool { return rapid.Bool().Draw(rt, "no member") }))
		var wanted []string
		for _, d := range fleet.devices {
			ref := rapid.SampledFrom([]string{"", d.ID, d.Identifier}).Draw(rt, "ref of "+d.ID)
			if i, found := fleet.find(ref); found && fleet.devices[i].ID == d.ID {
				wanted = append(wanted, ref)
			}
		}
		// An identifier that is the ID of another device is ambiguous; the server decides which device it means.
		if slices.ContainsFunc(fleet.devices, func(d control.Device) bool {
			_, taken := fleet.byID[d.Identifier]
			return taken && d.Identifier != d.ID
		}) {
			return
		}
		due := have.diff(wanted)
		after := slices.DeleteFunc(slices.Clone(have.devices), func(d control.Device) bool { return slices.Contains(due.remove, d.ID) })
		for _, ref := range due.add {
			i, found := fleet.find(ref)
			if !found || slices.ContainsFunc(after, func(d control.Device) bool { return d.ID == fleet.devices[i].ID }) {
				rt.Errorf("%q is added, which is not a device or already a member", ref)
				continue
			}
			after = append(after, fleet.devices[i])
		}
		reached := newMembership(after)
		if left := reached.diff(wanted); !left.empty() {
			rt.Errorf("after the changes %+v, %+v remain", due, left)
		}
		var m membersModel
		var diags diag.Diagnostics
		m.GroupID = types.StringValue("grp_1")
		if others := m.set(t.Context(), reached, deviceList{refs: wanted}, &diags); len(others) > 0 || diags.HasError() {
			rt.Errorf("unexpected members %v, %v", others, diags)
		}
		if got := m.wanted(t.Context(), &diags).refs; !slices.Equal(got, wanted) || m.DeviceIDs.IsNull() {
			rt.Errorf("state has %q, want %q", got, wanted)
		}
	})
}

// The refs name each member once, and the same refs in a different order are no change.
func TestRefsNameEachMemberOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		have := newMembership(anyDevices(rt))
		prior := rapid.SliceOf(rapid.StringMatching(`[a-d]{1,2}`)).Draw(rt, "prior")
		refs, others := have.refs(prior)
		if len(refs) != len(have.devices) {
			rt.Errorf("%d devices have the refs %q", len(have.devices), refs)
		}
		if again, _ := have.refs(refs); !slices.Equal(again, refs) {
			rt.Errorf("the refs %q become %q the second time", refs, again)
		}
		shuffled := rapid.Permutation(slices.Clone(refs)).Draw(rt, "order")
		if !others.equal(refs, shuffled) {
			rt.Errorf("%q and %q are not equal", refs, shuffled)
		}
		if len(refs) > 0 && others.equal(refs, refs[1:]) {
			rt.Errorf("%q and %q are equal", refs, refs[1:])
		}
	})
}
