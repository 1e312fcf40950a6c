package deployment_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// stagingToFleet is a configuration that promotes a candidate from staging to the fleet. Through the local value the data source is read in
// the plan: Terraform puts off one that refers to a resource with changes itself.
func stagingToFleet(sb *acctest.Sandbox, candidate string) string {
	return sb.Provider() + fmt.Sprintf(`
resource "octomil_model_deployment" "staging" {
  model   = "phi-4-mini"
  version = %q
  group   = "staging"
}

locals {
  staging = octomil_model_deployment.staging
}

data "octomil_promotion" "phi" {
  model            = "phi-4-mini"
  candidate        = local.staging.version
  from_group       = local.staging.group
  from_group_since = local.staging.version_since
  bake             = "24h"
}

resource "octomil_model_deployment" "fleet" {
  model   = "phi-4-mini"
  version = data.octomil_promotion.phi.version
}
`, candidate)
}

// promotionRun runs such a configuration with the real command line.
type promotionRun struct {
	*testing.T
	sb  *acctest.Sandbox
	cli *acctest.CLI
}

// plans makes a plan and expects an exit code, and that it gives the fleet the version after an operation, "" for none.
func (r promotionRun) plans(code int, version, operation string, flags ...string) {
	r.Helper()
	r.sb.Settle()
	planned := r.cli.Run(r.T, append([]string{"plan", "-detailed-exitcode", "-out=" + filepath.Join(r.cli.Dir, "tfplan")}, flags...)...)
	if planned.Code != code {
		r.Fatalf("the plan ended with %d; want %d:\n%s", planned.Code, code, planned.Output)
	}
	var plan tfjson.Plan
	if err := json.Unmarshal([]byte(r.cli.Run(r.T, "show", "-json", "tfplan").Output), &plan); err != nil {
		r.Fatal(err)
	}
	for _, c := range plan.ResourceChanges {
		if c.Mode == tfjson.DataResourceMode {
			r.Errorf("%s is read during the apply", c.Address)
		}
		if c.Address != "octomil_model_deployment.fleet" {
			continue
		}
		after, _ := c.Change.After.(map[string]any)
		if after["version"] != version {
			r.Errorf("the fleet gets %v; want %s", after["version"], version)
		}
		if did := operationOf(after); !c.Change.Actions.NoOp() && did != operation || c.Change.Actions.NoOp() != (operation == "") {
			r.Errorf("%v of the fleet is %q; want %q", c.Change.Actions, did, operation)
		}
	}
}

func (r promotionRun) applies() {
	r.Helper()
	if result := r.cli.Run(r.T, "apply", "-auto-approve"); result.Code != 0 {
		r.Fatal(result.Output)
	}
}

// With the real command line: no plan leaves the version of the fleet unknown, none has a change that no one has made, and a day after the
// apply that deployed the candidate to staging the next one promotes it.
func TestAccPromotion_commandLine(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	r := promotionRun{t, sb, acctest.NewCLI(t, stagingToFleet(sb, "1.0.0"))}
	r.applies()
	r.plans(0, "1.0.0", "")
	r.applies()
	sb.Clock.Skip(48 * time.Hour) // the time of 1.0.0 must not count for 2.0.0

	r.cli.Configure(t, stagingToFleet(sb, "2.0.0"))
	r.plans(2, "1.0.0", "")
	r.applies()
	sb.Settle()
	sb.ExpectFleet(t, phi, map[string]int{"1.0.0": 100, "2.0.0": 24})
	r.plans(0, "1.0.0", "")
	r.plans(0, "1.0.0", "", "-refresh=false")
	r.applies() // keeps what the refresh has found, and changes nothing
	if refreshed := r.cli.Run(t, "plan", "-refresh-only"); !strings.Contains(refreshed.Output, "Your infrastructure still matches the configuration") {
		t.Errorf("a refresh finds changes:\n%s", refreshed.Output)
	}
	sb.Clock.Skip(23 * time.Hour)
	r.plans(0, "1.0.0", "")
	sb.Clock.Skip(2 * time.Hour)
	r.plans(2, "2.0.0", "deploy 1.0.0 2.0.0")
	r.plans(2, "2.0.0", "deploy 1.0.0 2.0.0", "-refresh=false")
	r.applies()
	sb.Settle()
	sb.ExpectFleet(t, phi, all("2.0.0"))
	r.plans(0, "2.0.0", "")

	// A rollback of the fleet stands, although staging has the candidate.
	sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": "1.0.0"})
	r.plans(2, "1.0.0", "adopt 1.0.0 1.0.0")
	r.applies()
	sb.Clock.Skip(48 * time.Hour)
	r.plans(0, "1.0.0", "")
	sb.ExpectFleet(t, phi, map[string]int{"1.0.0": 100, "2.0.0": 24})
}

// A plan that creates the group and the version, too.
func TestAccPromotion_commandLineCreates(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	group := `
resource "octomil_device_group" "canary" {
  name       = "canary"
  group_type = "static"
}

resource "octomil_model_version" "new" {
  model_id     = data.octomil_model.phi.id
  version      = "3.0.0"
  storage_path = "s3://models/phi/3.0.0"
  format       = "gguf"
  checksum     = "sha256:00"
  size_bytes   = 1
  published    = true
}

data "octomil_model" "phi" {
  name = "phi-4-mini"
}
`
	config := group + strings.NewReplacer(`group   = "staging"`, "group   = octomil_device_group.canary.name",
		`"3.0.0"`, "octomil_model_version.new.version").Replace(stagingToFleet(sb, "3.0.0"))
	r := promotionRun{t, sb, acctest.NewCLI(t, config)}
	r.sb.Settle()
	planned := r.cli.Run(t, "plan")
	if planned.Code != 0 || strings.Contains(planned.Output, "will be read during apply") || !strings.Contains(planned.Output, `+ version          = "1.0.0"`) {
		t.Fatalf("the plan ended with %d:\n%s", planned.Code, planned.Output)
	}
	r.applies()
	r.plans(0, "1.0.0", "")
	sb.ExpectFleet(t, phi, all("1.0.0"))
}
