package experiment_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// The real command line compares numbers in more digits than a float64 has.
func TestAccExperimentCommandLine(t *testing.T) {
	t.Parallel()
	const address = typeName + ".speed"
	sb := acctest.Start(t)
	config := func(control, treatment float64, status string) string {
		return sb.Provider() + fmt.Sprintf(`
resource "octomil_experiment" "speed" {
  name               = "speed"
  model              = "phi-4-mini"
  control            = "old"
  traffic_percentage = 33.1
  status             = %q
  variants = {
    old = { model_version = "1.0.0", traffic_allocation = %v }
    new = { model_version = "2.0.0", traffic_allocation = %v }
  }
}
`, status, control, treatment)
	}
	is := func(status string) []statecheck.StateCheck {
		return []statecheck.StateCheck{statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact(status))}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{Config: config(33.34, 66.66, "running"), ConfigStateChecks: is("running")},
			{
				Config: config(99.9, 0.1, "paused"), ConfigStateChecks: is("paused"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				}},
			},
			{ResourceName: address, ImportState: true, ImportStateVerify: true, ImportStateId: "speed"},
			{Config: config(99.9, 0.1, "draft"), ExpectError: regexp.MustCompile(`An experiment cannot go from paused to draft`)},
		},
	})
}
