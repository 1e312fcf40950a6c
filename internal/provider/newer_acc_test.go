package provider_test

import (
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// What only newer command lines can do. The gate's Terraform 1.11 skips it, so that it is also tested at the protocol level; another
// command line runs it with `make test TERRAFORM=/path/to/terraform`.

func mustRun(t *testing.T, cli *acctest.CLI, says string, args ...string) {
	t.Helper()
	if r := cli.Run(t, args...); r.Code != 0 || !strings.Contains(r.Output, says) {
		t.Fatalf("%v: exit code %d, and no %q:\n%s", args, r.Code, says, r.Output)
	}
}

const pinned = `
resource "octomil_model_deployment" "phi" {
  model   = "phi-4-mini"
  version = "2.0.0"
  lifecycle { ignore_changes = [version] }
}
`

// An action that is invoked by hand rolls back, and a deployment that ignores its version has nothing to say about it.
func TestAccProvider_invokedAction(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.Actions)
	sb := acctest.Start(t)
	cli := acctest.NewCLI(t, sb.Provider()+pinned)
	cli.Write(t, "action.tf", `
action "octomil_rollback" "back" {
  config {
    model      = "phi-4-mini"
    to_version = "1.0.0"
  }
}
`)
	mustRun(t, cli, "1 added", "apply", "-auto-approve")
	mustRun(t, cli, "124 of 124 devices run 1.0.0", "apply", "-auto-approve", "-invoke=action.octomil_rollback.back")
	sb.ExpectFleet(t, "phi-4-mini", map[string]int{"1.0.0": 124})
	mustRun(t, cli, "No changes", "plan", "-detailed-exitcode")
}

// What an organization has is imported by its identities, and nothing changes.
func TestAccProvider_importByIdentity(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.IdentityImports)
	sb := acctest.Start(t)
	cli := acctest.NewCLI(t, sb.Provider()+`
resource "octomil_model_deployment" "phi" {
  model   = "phi-4-mini"
  version = "1.0.0"
}
resource "octomil_device_group" "staging" {
  name = "staging"
}
`)
	cli.Write(t, "import.tf", `
import {
  to       = octomil_model_deployment.phi
  identity = { model_id = "mdl_00000001", org_id = "demo" }
}
import {
  to       = octomil_device_group.staging
  identity = { id = "grp_00000001", org_id = "demo" }
}
`)
	mustRun(t, cli, "2 imported, 0 added, 0 changed, 0 destroyed", "apply", "-auto-approve")
}

// A query finds what there is, and the configuration that it generates imports it without a change.
func TestAccProvider_query(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.Queries)
	sb := acctest.Start(t)
	cli := acctest.NewCLI(t, sb.Provider())
	cli.Write(t, "all.tfquery.hcl", `
list "octomil_device_group" "all" {
  provider = octomil
}
list "octomil_model_deployment" "all" {
  provider = octomil
}
`)
	mustRun(t, cli, "phi-4-mini", "query", "-generate-config-out=found.tf")
	mustRun(t, cli, "2 imported, 0 added, 0 changed, 0 destroyed", "apply", "-auto-approve")
}

// All runs of a test file may share one process of the provider: each counts for itself, and each is guarded.
func TestAccProvider_testRuns(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	cli := acctest.NewCLI(t, sb.Provider()+`
variable "pin" {}
variable "most" {
  type    = number
  default = null
}
resource "octomil_model_deployment" "phi" {
  model                = "phi-4-mini"
  version              = var.pin
  on_rollback          = "redeploy"
  max_affected_devices = var.most
}
`)
	run := func(name, command, pin, more string) string {
		return "run \"" + name + "\" {\n  command = " + command + "\n  variables {\n    pin = \"" + pin + "\"\n    " + more + "\n  }\n}\n"
	}
	runs := run("deploys", "apply", "2.0.0", "") + run("looks", "plan", "1.0.0", "") + run("returns", "apply", "1.0.0", "") + run("again", "apply", "2.0.0", "")
	cli.Write(t, "all.tftest.hcl", runs)
	mustRun(t, cli, "4 passed, 0 failed", "test")
	sb.ExpectFleet(t, "phi-4-mini", map[string]int{"2.0.0": 124})
	cli.Write(t, "all.tftest.hcl", runs+run("guarded", "plan", "1.0.0", "most = 1"))
	if r := cli.Run(t, "test"); r.Code == 0 || !strings.Contains(r.Output, "4 passed, 1 failed") || !strings.Contains(r.Output, "Too many devices would change") {
		t.Errorf("exit code %d:\n%s", r.Code, r.Output)
	}
}
