package pipelines_test

import "strings"

// policyCase is an input of the policies and the violations in it. What it does not set is as in a plan that violates nothing.
type policyCase struct {
	name string
	// changes is the elements of resource_changes, made by update, create and the like.
	changes []string
	// previews is the values of the data sources octomil_deployment_preview.
	previews []string
	// plan is further attributes of the plan.
	plan string
	// findings is those of the review.
	findings string
	labels   string
	// whole replaces the input.
	whole string
	deny  []string
}

func (c policyCase) input() string {
	if c.whole != "" {
		return c.whole
	}
	labels, more := c.labels, ""
	if labels == "" {
		labels = "[]"
	}
	if c.plan != "" {
		more = ", " + c.plan
	}
	resources := make([]string, len(c.previews))
	for i, values := range c.previews {
		resources[i] = `{"mode": "data", "type": "octomil_deployment_preview", "values": ` + values + `}`
	}
	return `{"max_devices": 100, "labels": ` + labels + `, "review": {"findings": [` + c.findings + `]}, "plan": {"format_version": "1.2",
	  "prior_state": {"values": {"root_module": {"resources": [` + strings.Join(resources, ", ") + `]}}},
	  "resource_changes": [` + strings.Join(c.changes, ", ") + `]` + more + `}}`
}

func resource(name, actions, before, after, unknown string) string {
	return `{"address": "octomil_model_deployment.` + name + `", "mode": "managed", "type": "octomil_model_deployment", "change": {
	  "actions": [` + actions + `], "before": ` + before + `, "after": ` + after + `, "after_unknown": ` + unknown + `}}`
}

// running is a deployment in the state. more is further attributes, each with a comma before it.
func running(version, more string) string {
	return `{"model": "phi", "version": "` + version + `", "max_affected_devices": 500, "status": "completed", "rollout_id": "rol_1",
	  "percentage": 100, "last_operation": {"kind": "deploy", "from_version": null, "to_version": "` + version + `", "devices": 7}` + more + `}`
}

// planned is a deployment after the plan of an update with an operation.
func planned(version, operation string) string {
	return `{"model": "phi", "version": "` + version + `", "max_affected_devices": 500, "last_operation": ` + operation + `}`
}

const (
	known     = `{}`
	computed  = `{"status": true, "rollout_id": true, "percentage": true}`
	created   = `{"status": true, "rollout_id": true, "percentage": true, "last_operation": true}`
	rollback  = `{"kind": "rollback", "from_version": "2.0.0", "to_version": "1.0.0", "devices": 124, "devices_total": 124, "cancels": null}`
	uncounted = `{"kind": "rollback", "from_version": "2.0.0", "to_version": "1.0.0", "devices": null, "devices_total": null, "cancels": null}`
	earlier   = `{"kind": "rollback", "from_version": "2.0.0", "to_version": "1.0.0"}`
	newPhi    = `{"model": "phi", "version": "2.0.0", "max_affected_devices": 500}`
)

func rollsBack(operation string) []string {
	return []string{resource("phi", `"update"`, running("2.0.0", ""), planned("1.0.0", operation), computed)}
}

func creates(after, unknown string) []string {
	return []string{resource("phi", `"create"`, "null", after, unknown)}
}

func destroys(before string) []string {
	return []string{resource("phi", `"delete"`, before, "null", known)}
}

func previewOf(attributes string) []string { return []string{`{"model": "phi", ` + attributes + `}`} }

const (
	tooMany     = "The plan gives 124 devices another version, and more than 100 need the label large-operation: octomil_model_deployment.phi (rollback, 124)"
	unknownOf   = "The plan gives an unknown number of devices another version, which needs the label large-operation: "
	unknownBack = unknownOf + "octomil_model_deployment.phi (rollback, unknown)"
	unknownNew  = unknownOf + "octomil_model_deployment.phi (deploy, unknown)"
	looseLimit  = `{"kind": "loosened", "address": "octomil_model_deployment.phi", "attribute": "max_affected_devices", "before": "100", "after": "500", "text": "more devices"}`
	looseDenied = "octomil_model_deployment.phi: max_affected_devices: more devices, which needs the label loosened-guardrails"
)

var cases = []policyCase{
	{name: "nothing to do"},
	{name: "no plan", whole: `{"review": {"findings": []}, "max_devices": 1}`, deny: []string{"The input has no plan of `terraform show -json`"}},
	{name: "a plan that failed", plan: `"errored": true`, deny: []string{"The plan failed"}},
	{
		name: "no review", whole: `{"plan": {"format_version": "1.2"}, "max_devices": 1}`,
		deny: []string{"The input has no review of `terraform-provider-octomil review -format json`"},
	},
	{
		name: "no limit to compare with", whole: `{"plan": {"format_version": "1.2"}, "review": {"findings": []}, "max_devices": "100"}`,
		deny: []string{"max_devices is not a number"},
	},

	{name: "a rollback of too many devices", changes: rollsBack(rollback), deny: []string{tooMany}},
	{name: "a rollback of too many devices with the label", changes: rollsBack(rollback), labels: `["docs", "large-operation"]`},
	{name: "another label", changes: rollsBack(rollback), labels: `["no large-operation"]`, deny: []string{tooMany}},
	{name: "labels that are no list", changes: rollsBack(rollback), labels: `"large-operation"`, deny: []string{tooMany}},
	{name: "a rollback of few devices", changes: rollsBack(strings.Replace(rollback, `"devices": 124`, `"devices": 100`, 1))},
	{name: "a rollback of unknown devices", changes: rollsBack(uncounted), deny: []string{unknownBack}},
	{name: "a rollback of unknown devices with the label", changes: rollsBack(uncounted), labels: `["large-operation"]`},
	{name: "a number that is text", changes: rollsBack(strings.Replace(rollback, "124", `"1"`, 1)), deny: []string{unknownBack}},
	{name: "a rollback without a number", changes: rollsBack(earlier), deny: []string{unknownBack}},
	{
		name: "a rollback that a preview counts", changes: rollsBack(earlier),
		previews: previewOf(`"version": "1.0.0", "operation": "rollback", "devices": 124`), deny: []string{tooMany},
	},
	{
		name: "a preview of another operation", changes: rollsBack(earlier),
		previews: previewOf(`"version": "1.0.0", "operation": "deploy", "devices": 1`), deny: []string{unknownBack},
	},
	{
		name: "two operations that are too many together",
		changes: []string{
			resource("phi", `"update"`, running("2.0.0", ""), planned("1.0.0", strings.Replace(rollback, "124", "60", 1)), computed),
			resource("eu", `"update"`, running("1.0.0", ""), planned("2.0.0", `{"kind": "deploy", "devices": 60}`), computed),
		},
		deny: []string{"The plan gives 120 devices another version, and more than 100 need the label large-operation: octomil_model_deployment.eu (deploy, 60), octomil_model_deployment.phi (rollback, 60)"},
	},
	{
		name: "an update of settings", changes: []string{resource("phi", `"update"`,
			running("2.0.0", ""), strings.Replace(running("2.0.0", ""), `"max_affected_devices": 500`, `"max_affected_devices": 400`, 1), known)},
	},
	{
		name: "the same operation again", changes: []string{resource("phi", `"update"`,
			strings.Replace(running("2.0.0", ""), `"devices": 7`, `"devices": 200`, 1),
			`{"model": "phi", "version": "2.0.0", "max_affected_devices": 500, "status": "completed", "rollout_id": "rol_1",
			  "last_operation": {"kind": "deploy", "from_version": null, "to_version": "2.0.0", "devices": 200}}`, `{"percentage": true}`)},
		deny: []string{"The plan gives 200 devices another version, and more than 100 need the label large-operation: octomil_model_deployment.phi (deploy, 200)"},
	},
	{
		name: "a last operation that is forgotten", changes: []string{resource("phi", `"update"`,
			running("2.0.0", ""), strings.Replace(running("2.0.0", ""), `"last_operation": {"kind": "deploy", "from_version": null, "to_version": "2.0.0", "devices": 7}`, `"last_operation": null`, 1), known)},
	},
	{
		name: "an operation that is not known", changes: []string{resource("phi", `"update"`,
			running("2.0.0", ""), `{"model": "phi", "max_affected_devices": 500}`, created)},
		deny: []string{unknownOf + "octomil_model_deployment.phi (unknown, unknown)"},
	},
	{name: "a pause", changes: rollsBack(`{"kind": "pause", "devices": null}`)},

	{name: "a new deployment", changes: creates(newPhi, created), deny: []string{unknownNew}},
	{
		name: "a new deployment that a preview counts", changes: creates(newPhi, created),
		previews: previewOf(`"version": "2.0.0", "operation": "deploy", "percentage": 100, "devices": 100`),
	},
	{
		name: "a new deployment of too many devices", changes: creates(newPhi, created),
		previews: previewOf(`"version": "2.0.0", "operation": "rollback", "percentage": 10, "devices": 124`), deny: []string{tooMany},
	},
	{
		name: "a new deployment that adopts", changes: creates(newPhi, created),
		previews: previewOf(`"version": "2.0.0", "operation": "none", "devices": null`),
	},
	{
		name: "a preview that could not count", changes: creates(newPhi, created),
		previews: previewOf(`"version": "2.0.0", "operation": "deploy", "devices": null`), deny: []string{unknownNew},
	},
	{
		name: "a preview of another version", changes: creates(newPhi, created),
		previews: previewOf(`"version": "2.1.0", "operation": "deploy", "devices": 1`), deny: []string{unknownNew},
	},
	{
		name: "a preview of a group", changes: creates(newPhi, created),
		previews: previewOf(`"version": "2.0.0", "group": "pilot", "operation": "deploy", "devices": 1`), deny: []string{unknownNew},
	},
	{
		name: "a preview of a part", changes: creates(newPhi, created),
		previews: previewOf(`"version": "2.0.0", "percentage": 5, "operation": "deploy", "devices": 1`), deny: []string{unknownNew},
	},
	{
		name: "a preview of the same part", changes: creates(`{"model": "mod_1", "version": "2.0.0", "max_affected_devices": 9, "rollout": {"percentage": 5}}`, created),
		previews: previewOf(`"model_id": "mod_1", "version": "2.0.0", "percentage": 5, "operation": "deploy", "devices": 6`),
	},
	{
		name: "a group that is not known", changes: creates(newPhi, strings.Replace(created, "{", `{"group": true, `, 1)),
		previews: previewOf(`"version": "2.0.0", "operation": "deploy", "devices": 1`), deny: []string{unknownNew},
	},
	{
		name: "two previews that differ", changes: creates(newPhi, created), deny: []string{unknownNew},
		previews: append(previewOf(`"version": "2.0.0", "operation": "deploy", "devices": 1`), previewOf(`"version": "2.0.0", "operation": "deploy", "devices": 2`)...),
	},
	{
		name: "a preview in a module", changes: creates(newPhi, created), whole: strings.Replace(policyCase{changes: creates(newPhi, created)}.input(),
			`{"resources": []}`, `{"child_modules": [{"child_modules": [{"resources": [{"mode": "data", "type": "octomil_deployment_preview",
			"values": {"model": "phi", "version": "2.0.0", "operation": "deploy", "devices": 3}}]}]}]}`, 1),
	},
	{
		name: "a value that looks like a preview", whole: strings.Replace(policyCase{changes: creates(newPhi, created)}.input(),
			`"resources": []`, `"resources": [{"mode": "managed", "type": "terraform_data", "values": {"input": {"resources": [{"mode": "data", "type": "octomil_deployment_preview",
			"values": {"model": "phi", "version": "2.0.0", "operation": "deploy", "devices": 3}}]}}}]`, 1),
		deny: []string{unknownNew},
	},

	{name: "a destroy that keeps", changes: destroys(running("2.0.0", `, "on_destroy": "keep"`))},
	{name: "a destroy that rolls back", changes: destroys(running("2.0.0", `, "on_destroy": "rollback"`)), deny: []string{unknownBack}},
	{name: "a destroy that cancels what is complete", changes: destroys(running("2.0.0", `, "on_destroy": "cancel"`))},
	{
		name:    "a destroy that cancels",
		changes: destroys(strings.Replace(running("2.0.0", `, "on_destroy": "cancel"`), `"completed"`, `"active"`, 1)),
		deny:    []string{unknownOf + "octomil_model_deployment.phi (cancel, unknown)"},
	},
	{
		name: "a replacement", changes: []string{resource("phi", `"delete", "create"`, running("2.0.0", `, "on_destroy": "rollback"`), newPhi, created)},
		deny: []string{unknownOf + "octomil_model_deployment.phi (deploy, unknown), octomil_model_deployment.phi (rollback, unknown)"},
	},
	{
		name: "a deferred change", plan: `"deferred_changes": [{"reason": "provider_config_unknown", "resource_change": ` + creates(newPhi, created)[0] + `}]`,
		deny: []string{unknownOf + "octomil_model_deployment.phi (deferred, unknown)"},
	},
	{
		name: "actions", plan: `"action_invocations": [{"address": "action.octomil_rollback.phi", "type": "octomil_rollback"},
		  {"address": "action.octomil_rollout_pause.phi", "type": "octomil_rollout_pause"},
		  {"address": "action.octomil_metrics_integration_test.x", "type": "octomil_metrics_integration_test"},
		  {"address": "action.octomil_log_integration_test.x", "type": "octomil_log_integration_test"}, {"address": "action.local_command.x", "type": "local_command"}]`,
		deny: []string{unknownOf + "action.octomil_rollback.phi (rollback, unknown)"},
	},

	{
		name:    "no limit",
		changes: []string{resource("phi", `"no-op"`, running("2.0.0", ""), strings.Replace(running("2.0.0", ""), `"max_affected_devices": 500, `, "", 1), known)},
		labels:  `["large-operation", "loosened-guardrails"]`,
		deny:    []string{"octomil_model_deployment.phi: max_affected_devices is not set"},
	},
	{
		name: "a limit that is not known", changes: creates(`{"model": "phi", "version": "2.0.0"}`, strings.Replace(created, "{", `{"max_affected_devices": true, `, 1)),
		labels: `["large-operation"]`, deny: []string{"octomil_model_deployment.phi: max_affected_devices is not known before the apply"},
	},
	{
		name: "a deferred deployment without a limit", labels: `["large-operation"]`,
		plan: `"deferred_changes": [{"reason": "x", "resource_change": ` + creates(`{"model": "phi"}`, created)[0] + `}]`,
		deny: []string{"octomil_model_deployment.phi: max_affected_devices is not set"},
	},

	{name: "a guardrail that is loosened", findings: looseLimit, labels: `["large-operation"]`, deny: []string{looseDenied}},
	{name: "a guardrail that is loosened with the label", findings: looseLimit, labels: `["loosened-guardrails"]`},
	{
		name:     "settings that go back",
		findings: `{"kind": "loosened", "address": "octomil_org_settings.this", "text": "the settings go back"}, {"kind": "destroy", "address": "octomil_org_settings.this", "text": "is deleted"}`,
		deny:     []string{"octomil_org_settings.this: the settings go back, which needs the label loosened-guardrails"},
	},
	{
		name: "a guardrail that is not known",
		findings: `{"kind": "unknown", "address": "octomil_rollback_policy.this", "attribute": "auto_rollback", "text": "may be loosened"},
		  {"kind": "unknown", "address": "octomil_model_deployment.phi", "text": "is deferred"}`,
		deny: []string{"octomil_rollback_policy.this: auto_rollback: may be loosened, which needs the label loosened-guardrails"},
	},
}
