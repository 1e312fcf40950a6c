package deployment_test

import (
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// A group that gets another name is the same group: its deployment is not replaced, which could roll the group back.
func TestAccModelDeployment_groupRenamed(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		config := func(name string) string {
			return pinned(sb, "2.0.0", "group = octomil_device_group.ring.name", `depends_on = [octomil_device_group_members.ring]`) + `
resource "octomil_device_group" "ring" { name = "` + name + `" }
resource "octomil_device_group_members" "ring" {
  group_id   = octomil_device_group.ring.id
  device_ids = ["phone-000001", "phone-000002"]
}`
		}
		kept := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
			plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
		}}
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProviderFactories(),
			Steps: []resource.TestStep{
				{Config: config("ring-1"), ConfigStateChecks: []statecheck.StateCheck{shows("id", "phi-4-mini/ring-1")}},
				{
					PreConfig: sb.ClearLedger, Config: config("ring-2"), ConfigPlanChecks: kept, Check: wrote(sb, "PUT update group"),
					ConfigStateChecks: []statecheck.StateCheck{shows("id", "phi-4-mini/ring-2"), shows("version", "2.0.0")},
				},
			},
		})
	})
}

func TestAccModelDeployment_groupRenamedOutside(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: pinned(sb, "2.0.0", inStaging)},
			{
				PreConfig: func() {
					sb.Do(t, http.MethodPut, "/api/v1/device-groups/grp_00000001", map[string]any{"name": "stage"})
					sb.ClearLedger()
				},
				Config: pinned(sb, "2.0.0", `group = "stage"`),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				}},
				Check:             wrote(sb),
				ConfigStateChecks: []statecheck.StateCheck{shows("id", "phi-4-mini/stage")},
			},
			{
				// Another group is another scope.
				PreConfig: func() {
					sb.Do(t, http.MethodPost, "/api/v1/device-groups", map[string]any{"org_id": "demo", "name": "other", "group_type": "static"})
				},
				Config: pinned(sb, "2.0.0", `group = "other"`), PlanOnly: true, ExpectNonEmptyPlan: true,
				ConfigPlanChecks: resource.ConfigPlanChecks{PostApplyPreRefresh: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionDestroyBeforeCreate),
				}},
			},
		},
	})
}
