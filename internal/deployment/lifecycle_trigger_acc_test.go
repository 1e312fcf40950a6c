package deployment_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// Of the actions themselves the tests at the protocol level tell more; this one holds that Terraform can trigger them.
func TestAccRollbackAction_lifecycleTrigger(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.Actions)
	sb := start(t, sandbox.DialectDocs)
	begin(t, sb, 40, 100)
	sb.ClearLedger()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{{
			Config: sb.Provider() + `
resource "terraform_data" "alarm" {
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.octomil_rollback.phi]
    }
  }
}

action "octomil_rollback" "phi" {
  config {
    model = "phi-4-mini"
  }
}
`,
			Check: func(*terraform.State) error {
				onSandbox(t, sb).wrote("POST roll back")
				sb.ExpectFleet(t, phi, all("1.0.0"))
				return nil
			},
		}},
	})
}
