package deployment_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// aliased is a configuration in which one configuration of the provider has the group and the model, and another one the deployment.
func aliased(sb *acctest.Sandbox, group, model, version, lines string) string {
	return sb.Provider() + strings.Replace(sb.Provider(), `provider "octomil" {`, "provider \"octomil\" {\n  alias = \"admin\"", 1) + fmt.Sprintf(`
resource "octomil_device_group" "ring" {
  provider = octomil.admin
  name     = %q
}
resource "octomil_model" "speech" {
  provider  = octomil.admin
  name      = %q
  framework = "onnx"
  use_case  = "nlp"
}
resource "octomil_model_version" "speech" {
  for_each     = toset(["1.0.0", "2.0.0"])
  provider     = octomil.admin
  model_id     = octomil_model.speech.id
  version      = each.key
  storage_path = "speech/${each.key}"
  format       = "onnx"
  size_bytes   = 1
  checksum     = "sha256:0f"
  published    = true
  on_destroy   = "keep"
}
resource "octomil_device_group_members" "ring" {
  provider   = octomil.admin
  group_id   = octomil_device_group.ring.id
  device_ids = ["phone-000001", "phone-000002"]
}
resource "octomil_model_deployment" "phi" {
  model      = octomil_model.speech.name
  version    = %q
  group      = octomil_device_group.ring.name
  depends_on = [octomil_device_group_members.ring, octomil_model_version.speech]
  %s
}
`, group, model, version, lines)
}

// A group, a model or a version that another configuration of the provider creates in the same apply exists for the plan, and one that it
// renames is the same one: the plan does not look for the new name, which the apply checks.
func TestAccModelDeployment_renamedThroughAlias(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		cli := acctest.NewCLI(t, aliased(sb, "ring", "speech", "1.0.0", ""))
		apply := func() string {
			r := cli.Run(t, "apply", "-auto-approve")
			if r.Code != 0 {
				t.Fatal(r.Output)
			}
			return r.Output
		}
		apply()
		for _, c := range []struct{ group, model, version, lines string }{
			{"gamma", "speech", "1.0.0", ""}, {"gamma", "voice", "1.0.0", ""}, {"delta", "talk", "2.0.0", "max_affected_devices = 2"},
		} {
			cli.Configure(t, aliased(sb, c.group, c.model, c.version, c.lines))
			if out := apply(); strings.Contains(out, "must be replaced") {
				t.Errorf("a rename replaces:\n%s", out)
			}
			if r := cli.Run(t, "plan", "-detailed-exitcode"); r.Code != 0 {
				t.Errorf("the plan after the rename:\n%s", r.Output)
			}
		}
		// A destroy needs no name.
		cli.Configure(t, aliased(sb, "omega", "noise", "1.0.0", `on_destroy = "rollback"`))
		if r := cli.Run(t, "destroy", "-auto-approve", "-target=octomil_model_deployment.phi"); r.Code != 0 {
			t.Errorf("the destroy:\n%s", r.Output)
		}
	})
}

// A name that is nobody's is an error of the apply, before anything is written; a destroy does not look for it.
func TestAccModelDeployment_nobodysName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, says string }{
		"group": {`"staging"`, `"stagin"`, `group: The device group does not exist: The organization has no device group "stagin". Closest matches`},
		"model": {`"phi-4-mini"`, `"phi-4-mni"`, `model: The model does not exist: The organization has no model "phi-4-mni". Closest matches`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newHarness(t, "staging")
				r.apply(wanted{version: "1.0.0"})
				config := r.config(wanted{version: "2.0.0"})
				config[name] = strings.Trim(c.to, `"`)
				plan := r.core.Plan(config)
				if plan.Failed() || plan.Action != acctest.ActionUpdate {
					t.Fatalf("the plan is %s: %v", plan.Action, plan.Errors)
				}
				r.warns(plan, "has this name yet", "The plan takes it for the new name of "+c.from)
				r.sb.ClearLedger()
				r.fails(r.core.Apply(plan), c.says)
				if writes := r.sb.Writes(); len(writes) > 0 || "\""+fmt.Sprint(r.core.State()[name])+"\"" != c.from {
					t.Errorf("writes %v, state %v", writes, r.core.State())
				}
			})
		})
	}
}
