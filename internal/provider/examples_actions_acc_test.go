package provider_test

import (
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// Terraform 1.11 has no actions, so their examples are invoked through the protocol, each on a sandbox where it has something to do.
func TestAccProvider_actionExamples(t *testing.T) {
	t.Parallel()
	for _, name := range actions(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := actionBlocks(t, name)
			if len(found) == 0 {
				t.Fatal("action.tf has no action")
			}
			for label, config := range found {
				sandbox := acctest.Start(t)
				prepare(t, sandbox, name)
				progress, said := sandbox.Invoke(t, name, config)
				if said.Failed() {
					t.Errorf("%s failed: %v", label, said.Errors)
				}
				if len(progress) == 0 || len(sandbox.Writes()) == 0 {
					t.Errorf("%s said %q and wrote %v; want both", label, progress, sandbox.Writes())
				}
			}
		})
	}
}

// prepare starts a rollout that the action can change.
func prepare(t *testing.T, sandbox *acctest.Sandbox, actionType string) {
	t.Helper()
	const rollouts = "/api/v1/models/phi-4-mini/rollouts"
	if actionType == "octomil_metrics_integration_test" {
		sandbox.Do(t, "POST", "/api/v1/metrics/integrations", map[string]any{"name": "datadog", "integration_type": "datadog"})
		sandbox.ClearLedger()
		return
	}
	if actionType == "octomil_log_integration_test" {
		sandbox.Do(t, "POST", "/api/v1/log-streams/integrations", map[string]any{
			"name": "otlp", "integration_type": "otlp", "endpoint_url": "https://logs.example.com",
		})
		sandbox.ClearLedger()
		return
	}
	if actionType == "octomil_rollback" {
		return // two versions have been deployed
	}
	r := sandbox.Do(t, "POST", rollouts, map[string]any{
		"version": "2.0.0", "rollout_percentage": 40, "target_percentage": 100, "increment_step": 10, "start_immediately": actionType != "octomil_rollout_start",
	})
	id, ok := r["id"].(string)
	if !ok {
		t.Fatalf("the rollout has no id: %v", r)
	}
	if actionType == "octomil_rollout_resume" {
		sandbox.Do(t, "POST", rollouts+"/"+id+"/pause", map[string]any{})
	}
	sandbox.Settle()
	sandbox.ClearLedger()
}

// actionBlocks are the configurations of all actions in the example of a type, by their names.
func actionBlocks(t *testing.T, actionType string) map[string]map[string]any {
	t.Helper()
	found := map[string]map[string]any{}
	for _, block := range parsedExample(t, "actions", actionType, "action.tf") {
		if block.Type != "action" || len(block.Labels) != 2 || block.Labels[0] != actionType ||
			len(block.Body.Blocks) != 1 || block.Body.Blocks[0].Type != "config" {
			t.Fatalf("%s %v is no %s with a config", block.Type, block.Labels, actionType)
		}
		config := map[string]any{}
		for name, attribute := range block.Body.Blocks[0].Body.Attributes {
			config[name] = plainValue(t, attribute.Expr)
		}
		found[block.Labels[1]] = config
	}
	return found
}
