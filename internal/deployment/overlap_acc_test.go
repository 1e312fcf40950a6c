package deployment_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// another is a further deployment of the model beside the one that pinned writes.
func another(name, version, lines string) string {
	return `
resource "octomil_model_deployment" "` + name + `" {
  model   = "` + phi + `"
  version = "` + version + `"
  ` + lines + `
}
`
}

func TestAccModelDeployment_conflictingPins(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{
				Config:      pinned(sb, "1.0.0") + another("too", "2.0.0", ""),
				ExpectError: says("Two resources pin different versions", "Each apply of one would undo the other"),
			},
			{
				Config:      pinned(sb, "1.0.0", inStaging) + another("too", "2.0.0", inStaging),
				ExpectError: says("Two resources pin different versions", "phi-4-mini on the group staging"),
			},
		},
	})
	if writes := sb.Writes(); len(writes) != 0 {
		t.Errorf("wrote %v", writes)
	}
}

func TestAccModelDeployment_fleetAndGroup(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		staging := map[string]int{"2.0.0": 24}
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProviderFactories(),
			Steps: []resource.TestStep{
				{
					Config: pinned(sb, "1.0.0") + another("staging", "2.0.0", inStaging),
					Check:  groupSettles(t, sb, staging, map[string]int{"1.0.0": 100, "2.0.0": 24}),
				},
				{
					Config: pinned(sb, "0.9.0") + another("staging", "2.0.0", inStaging),
					Check:  groupSettles(t, sb, staging, map[string]int{"0.9.0": 100, "2.0.0": 24}),
				},
				{
					Config: pinned(sb, "2.0.0", "rollout = { percentage = 50 }") + another("staging", "1.0.0", inStaging),
					Check:  groupSettles(t, sb, map[string]int{"1.0.0": 24}, map[string]int{"0.9.0": 50, "1.0.0": 24, "2.0.0": 50}),
				},
			},
		})
	})
}

// A group that the same apply creates is no mistake in the plan, although the server does not know it yet.
func TestAccModelDeployment_groupInSameApply(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	device := sb.Do(t, "GET", "/api/v1/devices?org_id=demo&limit=1", nil)["devices"].([]any)[0].(map[string]any)["id"].(string)
	config := pinned(sb, "2.0.0", "group = octomil_device_group.canary.name", "depends_on = [octomil_device_group_members.canary]") + `
resource "octomil_device_group" "canary" {
  name       = "canary"
  group_type = "static"
}

resource "octomil_device_group_members" "canary" {
  group_id   = octomil_device_group.canary.id
  device_ids = ["` + device + `"]
}
`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{{
			Config: config,
			Check:  settles(t, sb, map[string]int{"1.0.0": 123, "2.0.0": 1}),
		}},
	})
}
