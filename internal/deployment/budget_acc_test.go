package deployment_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// budgeted is a configuration of three deployments of 124, 124 and 24 devices, with a limit for all of them; -1 for none.
func budgeted(sb *acctest.Sandbox, limit int, version, more string) string {
	provider := sb.Provider()
	if limit >= 0 {
		provider = sb.Provider(fmt.Sprintf("max_affected_devices = %d", limit))
	}
	var b strings.Builder
	for _, d := range []struct{ name, model, group string }{{"a", "model-000001", ""}, {"b", "model-000002", ""}, {"c", "phi-4-mini", `group = "staging"`}} {
		fmt.Fprintf(&b, "resource \"octomil_model_deployment\" %q {\n  model   = %q\n  version = %q\n  %s\n%s\n}\n", d.name, d.model, version, d.group, more)
	}
	return provider + b.String()
}

// The limit of the provider block holds for the sum of all deployments of a run, in the plan and in the apply, and the error lists them.
func TestAccProvider_maxAffectedDevices(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t, func(o *sandbox.Options) { o.SeedModels = 2 })
	for _, model := range []string{"model-000001", "model-000002"} {
		sb.Do(t, "POST", "/api/v1/models/"+model+"/versions", map[string]any{
			"version": "2.0.0", "storage_path": "models/" + model, "format": "onnx", "checksum": "sha256:00", "size_bytes": 1,
		})
		sb.Do(t, "POST", "/api/v1/models/"+model+"/versions/2.0.0/publish", map[string]any{})
		sb.Do(t, "POST", "/api/v1/models/"+model+"/rollouts", map[string]any{
			"version": "1.0.0", "rollout_percentage": 100, "target_percentage": 100, "start_immediately": true,
		})
	}
	sb.Settle()
	cli := acctest.NewCLI(t, budgeted(sb, -1, "1.0.0", ""))
	run := func(code int, args ...string) string {
		t.Helper()
		r := cli.Run(t, args...)
		if r.Code != code {
			t.Fatalf("%v ended with %d:\n%s", args, r.Code, r.Output)
		}
		return r.Output
	}
	tooMany := func(out string, listed ...string) {
		t.Helper()
		for _, words := range append(listed, "Too many devices would change in this run", "`max_affected_devices` in the provider block allows") {
			if !strings.Contains(out, words) {
				t.Errorf("the error does not say %q:\n%s", words, out)
			}
		}
	}
	run(0, "apply", "-auto-approve")
	sb.Settle()
	sb.ClearLedger()

	cli.Configure(t, budgeted(sb, 271, "2.0.0", ""))
	tooMany(run(1, "plan", "-parallelism=1"), "model-000001 on the fleet: deploy 2.0.0 in place of 1.0.0 (124 devices)",
		"model-000002 on the fleet: deploy 2.0.0 in place of 1.0.0 (124 devices)", "phi-4-mini on the group staging: deploy 2.0.0 in place of 1.0.0 (24 devices)",
		"change 272 or more")
	cli.Configure(t, budgeted(sb, 272, "2.0.0", ""))
	run(0, "plan", "-out=tfplan")
	// The group grows after the plan: the apply counts anew, and what exceeds the limit is not begun.
	sb.Do(t, "POST", "/api/v1/device-groups/grp_00000001/devices", map[string]any{"device_ids": []string{"dev_00000100"}})
	sb.ClearLedger()
	tooMany(run(1, "apply", "-parallelism=1", "tfplan"), "phi-4-mini on the group staging: deploy 2.0.0 in place of 1.0.0 (25 devices)")
	if writes := sb.Writes(); len(writes) > 2 {
		t.Errorf("wrote %v", writes)
	}
	cli.Configure(t, budgeted(sb, 273, "2.0.0", "on_destroy = \"rollback\""))
	run(0, "apply", "-auto-approve")
	sb.Settle()
	if out := run(0, "plan", "-detailed-exitcode"); strings.Contains(out, "Too many") {
		t.Error(out)
	}
	// A destroy that rolls back counts, too.
	cli.Configure(t, budgeted(sb, 272, "2.0.0", "on_destroy = \"rollback\""))
	tooMany(run(1, "plan", "-destroy", "-parallelism=1"), "roll 2.0.0 back to 1.0.0")
	cli.Configure(t, budgeted(sb, 273, "2.0.0", "on_destroy = \"rollback\""))
	run(0, "destroy", "-auto-approve")
}

// A server that does not count devices leaves nothing to compare with the limit, which is no permission.
func TestAccProvider_maxAffectedDevicesUncounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t)
		r := onSandbox(t, sb)
		r.apply(wanted{version: "1.0.0"})
		sb.AddFault(sandbox.Fault{Method: "POST", Path: "deploy/prepare", Times: -1, Status: 422, Body: `{"detail":"name a group"}`})
		sb.AddFault(sandbox.Fault{Method: "GET", Path: "devices", Times: -1, Status: 200, Body: `[]`})
		r.core.Configure(nil, map[string]any{"max_affected_devices": 1000})
		r.fails(r.core.Plan(r.config(wanted{version: "2.0.0"})).Diagnostics, "`max_affected_devices` of the provider is 1000, but the control plane does not return")
		r.core.Configure(nil, nil)
		plan := r.core.Plan(r.config(wanted{version: "2.0.0"}))
		r.plans(plan, "deploy 1.0.0 → 2.0.0, unknown number of devices")
		r.core.Configure(nil, map[string]any{"max_affected_devices": 1000})
		r.fails(r.core.Apply(plan), "`max_affected_devices` of the provider is 1000")
	})
}

// An action counts as a deployment does: its plan says that it would fail, and it changes nothing.
func TestAccRolloutActions_maxAffectedDevices(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t)
		r := onSandbox(t, sb)
		r.apply(wanted{version: "2.0.0"})
		sb.Settle()
		sb.ClearLedger()
		r.core.Configure(nil, map[string]any{"max_affected_devices": 123})
		_, said := r.core.Invoke("octomil_rollback", config{"model": phi})
		if errors := strings.Join(said.Errors, "\n"); !strings.Contains(errors, "Too many devices would change in this run") || len(sb.Writes()) > 0 {
			t.Errorf("the action says %q and wrote %v", errors, sb.Writes())
		}
		if warnings := strings.Join(said.Warnings, "\n"); !strings.Contains(warnings, "the action would fail: `max_affected_devices` in the provider block allows 123 devices") {
			t.Errorf("the plan warns %q", warnings)
		}
		r.core.Configure(nil, map[string]any{"max_affected_devices": 124})
		if _, said := r.core.Invoke("octomil_rollback", config{"model": phi}); said.Failed() {
			t.Error(said.Errors)
		}
	})
}
