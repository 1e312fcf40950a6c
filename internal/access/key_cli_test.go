package access_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// Terraform itself rotates a key in place, and replaces it such that the new one is there before the old one stops.
func TestAccKeyOfTheCommandLine(t *testing.T) {
	t.Parallel()
	const ci = "octomil_api_key.ci"
	sb := start(t, sandbox.DialectDocs)
	config := func(scope, when string) string {
		return sb.Provider() + fmt.Sprintf(`
resource "octomil_api_key" "ci" {
  name        = "ci"
  scopes      = [%q]
  rotate_when = %q
  lifecycle {
    create_before_destroy = true
  }
}
`, scope, when)
	}
	step := func(config string, action plancheck.ResourceActionType, id string) resource.TestStep {
		return resource.TestStep{
			Config:            config,
			ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(ci, action)}},
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(ci, tfjsonpath.New("id"), knownvalue.StringExact(id))},
		}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			step(config("models:read", "november"), plancheck.ResourceActionCreate, "key_00000001"),
			step(config("models:read", "december"), plancheck.ResourceActionUpdate, "key_00000002"),
			step(config("models:write", "december"), plancheck.ResourceActionCreateBeforeDestroy, "key_00000003"),
			{
				ResourceName: ci, ImportState: true, ImportStateVerify: true, ImportStateId: "ci",
				ImportStateVerifyIgnore: []string{"api_key", "rotate_when"},
			},
		},
	})
	want := []string{"POST create key", "POST rotate key", "POST create key", "POST revoke key", "POST revoke key"}
	if diff := cmp.Diff(want, sb.Writes()); diff != "" {
		t.Errorf("the writes (-want +got):\n%s", diff)
	}
}
