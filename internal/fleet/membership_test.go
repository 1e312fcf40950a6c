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

// threePhones has an identifier that is another device's id, and a device without an identifier.
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
		"an import":                       {nil, []string{"dev_1", "dev_2", "dev_3"}, aliases{"dev_1": "phone-1", "dev_2": "dev_1"}},
		"order and ref are kept":          {[]string{"dev_3", "phone-1", "dev_2"}, []string{"dev_3", "phone-1", "dev_2"}, aliases{}},
		"one has left":                    {[]string{"dev_9", "dev_3", "dev_1", "dev_2"}, []string{"dev_3", "dev_1", "dev_2"}, aliases{}},
		"others have joined":              {[]string{"dev_3"}, []string{"dev_3", "dev_1", "dev_2"}, aliases{"dev_1": "phone-1", "dev_2": "dev_1"}},
		"a device in both refs":           {[]string{"phone-1", "dev_1"}, []string{"phone-1", "dev_2", "dev_3"}, aliases{"dev_2": "dev_1"}},
		"an id before an identifier":      {[]string{"dev_1"}, []string{"dev_1", "dev_2", "dev_3"}, aliases{"dev_2": "dev_1"}},
		"spelled twice in the same words": {[]string{"dev_3", "dev_3"}, []string{"dev_3", "dev_1", "dev_2"}, aliases{"dev_1": "phone-1", "dev_2": "dev_1"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, others := threePhones().refs(test.prior)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("the members (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.others, others); diff != "" {
				t.Errorf("the aliases (-want +got):\n%s", diff)
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
		t.Errorf("to remove are %v, want dev_1 once", due.remove)
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ wanted, add, remove []string }{
		"nothing to do":   {wanted: []string{"dev_2", "phone-1", "dev_3"}},
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
				t.Errorf("the changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDuplicates(t *testing.T) {
	t.Parallel()
	got := threePhones().duplicates([]string{"dev_1", "dev_3", "phone-1", "dev_9"})
	if diff := cmp.Diff([]int{2}, got); diff != "" {
		t.Errorf("the indexes (-want +got):\n%s", diff)
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
		"both empty":                  {nil, []string{}, []string{}, true},
		"another order":               {nil, []string{"a", "b"}, []string{"b", "a"}, true},
		"one more":                    {nil, []string{"a", "b"}, []string{"b", "a", "c"}, false},
		"another one":                 {nil, []string{"a", "b"}, []string{"a", "c"}, false},
		"by identifier after import":  {imported, []string{"dev_1", "dev_2"}, []string{"phone-2", "phone-1"}, true},
		"in part":                     {imported, []string{"dev_1", "dev_2"}, []string{"phone-2", "dev_1"}, true},
		"one device in both":          {imported, []string{"dev_1", "dev_2"}, []string{"phone-1", "dev_1"}, false},
		"an identifier no one told":   {nil, []string{"dev_1"}, []string{"phone-1"}, false},
		"an alias that is in no list": {imported, []string{"dev_3"}, []string{"phone-1"}, false},
		"an empty word":               {nil, []string{"a"}, []string{""}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.known.equal(test.state, test.planned); got != test.want {
				t.Errorf("same(%v, %v) = %v, want %v", test.state, test.planned, got, test.want)
			}
		})
	}
}

// anyDevices are distinct; some have an identifier, which may be another one's id.
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

// Whatever the configuration calls the devices: once the changes are made the membership is the wanted one, in its ref.
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
		// An identifier that is another device's id means that other one as soon as it is a member; the server decides which.
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
				rt.Errorf("%q is added, which is no device or a member", ref)
				continue
			}
			after = append(after, fleet.devices[i])
		}
		reached := newMembership(after)
		if left := reached.diff(wanted); !left.empty() {
			rt.Errorf("after %+v there is still %+v to do", due, left)
		}
		var m membersModel
		var diags diag.Diagnostics
		m.GroupID = types.StringValue("grp_1")
		if others := m.set(t.Context(), reached, wanted, &diags); len(others) > 0 || diags.HasError() {
			rt.Errorf("%v were not wanted, %v", others, diags)
		}
		if got := m.wanted(t.Context(), &diags); !slices.Equal(got, wanted) || m.DeviceIDs.IsNull() {
			rt.Errorf("%q are wanted, and the state has %q", wanted, got)
		}
	})
}

// Every member is spelled once; what the state spells and the same in another order and by aliases is no change.
func TestRefsNameEachMemberOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		have := newMembership(anyDevices(rt))
		prior := rapid.SliceOf(rapid.StringMatching(`[a-d]{1,2}`)).Draw(rt, "prior")
		spelled, others := have.refs(prior)
		if len(spelled) != len(have.devices) {
			rt.Errorf("%d devices are spelled %q", len(have.devices), spelled)
		}
		if again, _ := have.refs(spelled); !slices.Equal(again, spelled) {
			rt.Errorf("%q is spelled %q the second time", spelled, again)
		}
		shuffled := rapid.Permutation(slices.Clone(spelled)).Draw(rt, "order")
		if !others.equal(spelled, shuffled) {
			rt.Errorf("%q and %q are not the same", spelled, shuffled)
		}
		if len(spelled) > 0 && others.equal(spelled, spelled[1:]) {
			rt.Errorf("%q and %q are the same", spelled, spelled[1:])
		}
	})
}
