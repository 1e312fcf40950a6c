package deployment

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"pgregory.net/rapid"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// pin is a deployment of a plan to the fleet, or to a group with these devices.
type pin struct {
	model, version, group, groupID string
	devices                        []string
}

func (p pin) plan() *model {
	return &model{
		Model: types.StringValue(p.model), ModelID: types.StringValue("id of " + p.model), Version: types.StringValue(p.version),
		Group: resourcekit.StringOrNull(p.group), GroupID: resourcekit.StringOrNull(p.groupID),
	}
}

// shared is the number of devices that two groups have in common.
func shared(a, b pin) int {
	n := 0
	for _, device := range a.devices {
		if slices.Contains(b.devices, device) {
			n++
		}
	}
	return n
}

// Of any deployments in one plan, in any order, exactly those conflict that pin different versions of one model on groups that have
// devices in common; each conflict names both groups and the number of their devices, and is said once.
func TestOverlapIsDifferentPinsOnTheSameDevices(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	groups := 0
	rapid.Check(t, func(rt *rapid.T) {
		var pins []pin
		for range rapid.IntRange(1, 4).Draw(rt, "deployments") {
			p := pin{model: rapid.SampledFrom([]string{"phi", "whisper"}).Draw(rt, "model"), version: rapid.SampledFrom([]string{"1", "2"}).Draw(rt, "version")}
			if !slices.ContainsFunc(pins, func(other pin) bool { return other.model == p.model && other.group == "" }) && rapid.Bool().Draw(rt, "to the fleet") {
				pins = append(pins, p)
				continue
			}
			groups++
			p.group = fmt.Sprint("group-", groups)
			h.do("POST", "device-groups", map[string]any{"org_id": "demo", "name": p.group, "group_type": "static"})
			found, _, err := h.client.ResolveGroup(t.Context(), p.group)
			if err != nil {
				rt.Fatal(err)
			}
			p.groupID = found.ID
			numbers := rapid.SliceOfNDistinct(rapid.IntRange(1, 6), 0, 4, rapid.ID[int]).Draw(rt, "devices")
			for _, n := range numbers {
				p.devices = append(p.devices, fmt.Sprintf("dev_%08d", n))
			}
			if len(p.devices) > 0 {
				h.do("POST", "device-groups/"+p.groupID+"/devices", map[string]any{"device_ids": p.devices})
			}
			pins = append(pins, p)
		}

		r := deploymentResource{Base: resourcekit.NewBase(typeName)}
		r.Provider = &resourcekit.Provider{Client: h.client}
		for i, p := range pins {
			var want []string
			for _, earlier := range pins[:i] {
				if n := shared(p, earlier); n > 0 && earlier.model == p.model && earlier.version != p.version {
					want = append(want, fmt.Sprintf("%s of the device group %s", deviceCount(n), p.group), "in the device group "+earlier.group+", too")
				}
			}
			var diags diag.Diagnostics
			if ok := r.claim(t.Context(), p.plan(), &diags); ok != (len(want) == 0) || 2*diags.ErrorsCount() != len(want) {
				rt.Errorf("%+v after %+v: %v", p, pins[:i], diags)
			}
			text := fmt.Sprint(diags)
			for _, words := range want {
				if !strings.Contains(text, words) {
					rt.Errorf("%q is missing: %s", words, text)
				}
			}
		}
	})
}
