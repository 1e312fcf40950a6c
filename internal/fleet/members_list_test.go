package fleet

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// A refresh keeps the keys of the members that are listed, and never loses a member to a key that is taken.
func TestMembersByKey(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ prior, want map[string]string }{
		"as listed":           {map[string]string{"a": "dev_3", "b": "phone-1", "c": "dev_2"}, map[string]string{"a": "dev_3", "b": "phone-1", "c": "dev_2"}},
		"some are new":        {map[string]string{"a": "phone-1"}, map[string]string{"a": "phone-1", "dev_2": "dev_2", "dev_3": "dev_3"}},
		"one is gone":         {map[string]string{"a": "dev_3", "b": "dev_9", "c": "dev_1", "d": "dev_2"}, map[string]string{"a": "dev_3", "c": "dev_1", "d": "dev_2"}},
		"the ID of a new one": {map[string]string{"dev_2": "dev_3", "dev_2_": "phone-1"}, map[string]string{"dev_2": "dev_3", "dev_2_": "phone-1", "dev_2__": "dev_2"}},
		"none listed":         {map[string]string{}, map[string]string{"dev_1": "dev_1", "dev_2": "dev_2", "dev_3": "dev_3"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			before, d := types.MapValueFrom(t.Context(), types.StringType, test.prior)
			diags.Append(d...)
			m := membersModel{GroupID: types.StringValue("grp_1"), Devices: before}
			m.set(t.Context(), threePhones(), m.wanted(t.Context(), &diags), &diags)
			got := map[string]string{}
			diags.Append(m.Devices.ElementsAs(t.Context(), &got, false)...)
			if diff := cmp.Diff(test.want, got); diff != "" || diags.HasError() || !m.DeviceIDs.IsNull() {
				t.Errorf("devices (-want +got):\n%s\n%v, list %v", diff, diags, m.DeviceIDs)
			}
		})
	}
}

// The state after a failed update has the keys of the configuration first, then those of the state before.
func TestThen(t *testing.T) {
	t.Parallel()
	listed, byKey := deviceList{refs: []string{"x", "y"}}, deviceList{refs: []string{"z"}, keys: []string{"k"}}
	for name, test := range map[string]struct{ got, want deviceList }{
		"two lists":        {listed.then(listed), deviceList{refs: []string{"x", "y", "x", "y"}}},
		"two maps":         {byKey.then(byKey), deviceList{refs: []string{"z", "z"}, keys: []string{"k", "k"}}},
		"a list and a map": {listed.then(byKey), deviceList{refs: []string{"x", "y", "z"}}},
		"a map and a list": {byKey.then(listed), deviceList{refs: []string{"z", "x", "y"}, keys: []string{"k", "x", "y"}}},
	} {
		if diff := cmp.Diff(test.want, test.got, cmp.AllowUnexported(deviceList{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
