package review_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/review"
)

// looser has, for each guard, pairs of values of which the second protects less, and pairs of which it does not.
var looser = map[string]struct{ looser, not [][2]any }{
	"octomil_model_deployment.max_affected_devices":           {limits, stricter(limits)},
	"octomil_model_deployment.on_rollback":                    {[][2]any{{nil, "redeploy"}, {"block", "redeploy"}, {"accept", "redeploy"}, {"block", "accept"}, {nil, "of_tomorrow"}}, [][2]any{{nil, "block"}, {"redeploy", "accept"}, {"redeploy", nil}, {"accept", "block"}}},
	"octomil_model_deployment.supersede":                      {[][2]any{{nil, true}, {false, true}}, [][2]any{{true, nil}, {true, false}, {nil, false}, {true, true}}},
	"octomil_model_deployment.on_destroy":                     {[][2]any{{nil, "rollback"}, {"keep", "cancel"}, {"cancel", "rollback"}}, [][2]any{{"rollback", nil}, {nil, "keep"}}},
	"octomil_model_deployment.wait_for":                       {[][2]any{{nil, "accepted"}, {"complete", "accepted"}}, [][2]any{{"accepted", nil}, {nil, "complete"}}},
	"octomil_model_deployment.rollout.stages":                 {[][2]any{{[]any{1, 2}, []any{1}}, {[]any{1}, nil}}, [][2]any{{nil, []any{1}}, {[]any{1}, []any{2}}}},
	"octomil_rollback_policy.auto_rollback":                   {switches, stricter(switches)},
	"octomil_rollback_policy.error_threshold_percent":         {limits, stricter(limits)},
	"octomil_rollback_policy.crash_threshold_percent":         {limits, stricter(limits)},
	"octomil_rollback_policy.latency_p95_max":                 {[][2]any{{"250ms", "1s"}, {"250ms", nil}}, [][2]any{{"1s", "250ms"}, {nil, "1s"}, {"1s", "1000ms"}}},
	"octomil_rollback_policy.quality_gate.require_eval":       {switches, stricter(switches)},
	"octomil_rollback_policy.quality_gate.min_accuracy":       {least, stricter(least)},
	"octomil_rollback_policy.quality_gate.max_quality_delta":  {limits, stricter(limits)},
	"octomil_rollback_policy.rollout_limits.min_duration":     {[][2]any{{"1h", "30m"}, {"1h", nil}}, [][2]any{{"30m", "1h"}, {nil, "1h"}, {"1h", "60m"}}},
	"octomil_rollback_policy.rollout_limits.max_step_percent": {limits, stricter(limits)},
	"octomil_rollback_policy.rollout_limits.require_approval": {switches, stricter(switches)},
	"octomil_rollback_policy.device_limits.min_os_version":    {[][2]any{{ios("17.0"), ios("16.4")}, {ios("17.0"), nil}, {ios("17.0"), map[string]any{"android": "14"}}, {ios("17.0"), ios("any")}}, [][2]any{{ios("16.4"), ios("17.0")}, {nil, ios("17.0")}, {ios("17"), ios("17")}}},
	"octomil_rollback_policy.device_limits.min_memory_gb":     {least, stricter(least)},
	"octomil_org_settings.audit_retention_days":               {least, stricter(least)},
	"octomil_org_settings.require_mfa_for_admin":              {switches, stricter(switches)},
	"octomil_org_settings.mfa_required":                       {switches, stricter(switches)},
	"octomil_org_settings.require_admin_approval":             {switches, stricter(switches)},
	"octomil_org_settings.require_model_approval":             {switches, stricter(switches)},
	"octomil_org_settings.session_duration_hours":             {limits, stricter(limits)},
	"octomil_org_settings.reauth_interval_minutes":            {limits, stricter(limits)},
	"octomil_org_settings.hipaa_mode":                         {switches, stricter(switches)},
	"octomil_model.deletion_protection":                       {[][2]any{{true, false}, {nil, false}}, [][2]any{{false, true}, {true, nil}, {false, false}}},
	"octomil_model_version.on_destroy":                        {[][2]any{{"keep", "delete"}, {"keep", nil}}, [][2]any{{"delete", "keep"}, {nil, "delete"}}},
}

var (
	limits   = [][2]any{{10, 11}, {10, nil}, {0, 0.5}}
	least    = [][2]any{{10, 9}, {10, nil}, {0.5, 0}}
	switches = [][2]any{{true, false}, {true, nil}}
)

func ios(version string) any { return map[string]any{"ios": version} }

// stricter turns the pairs around, and adds pairs that are equal.
func stricter(pairs [][2]any) [][2]any {
	var turned [][2]any
	for _, p := range pairs {
		turned = append(turned, [2]any{p[1], p[0]}, [2]any{p[0], p[0]})
	}
	return turned
}

// Every guard is found when it protects less, in an update and in a replacement, and never when it protects more.
func TestGuardrails(t *testing.T) {
	t.Parallel()
	var all []string
	for typeName, paths := range review.GuardPaths() {
		for _, path := range paths {
			all = append(all, typeName+"."+path)
		}
	}
	slices.Sort(all)
	if diff := cmp.Diff(all, slices.Sorted(maps.Keys(looser))); diff != "" {
		t.Fatalf("guards (-) and their cases (+):\n%s", diff)
	}
	for name, c := range looser {
		typeName, path, _ := strings.Cut(name, ".")
		check := func(pair [2]any, want bool) {
			for _, actions := range [][]any{{"update"}, {"delete", "create"}} {
				plan := planOf(changeOf(typeName, actions, nested(path, pair[0]), nested(path, pair[1])))
				out := reviewOf(t, encoded(t, plan), 0, "-format", "text")
				if got := strings.Contains(out, "Guardrails loosened:\n\n- "+typeName+".x: "+path); got != want {
					t.Errorf("%s from %v to %v, %v: found is %v:\n%s", name, pair[0], pair[1], actions, got, out)
				}
				code := map[bool]int{true: 3}[want]
				reviewOf(t, encoded(t, plan), code, "-fail-on", "loosened")
			}
		}
		for _, pair := range c.looser {
			check(pair, true)
		}
		for _, pair := range c.not {
			check(pair, false)
		}
		// A value that is not known yet is not taken for a harmless one.
		unknown := changeOf(typeName, []any{"update"}, nested(path, c.looser[0][0]), nested(path, nil))
		of(unknown, "change")["after_unknown"] = nested(path, true)
		if out := reviewOf(t, encoded(t, planOf(unknown)), 3, "-fail-on", "unknown", "-format", "text"); !strings.Contains(out, "may be loosened") {
			t.Errorf("%s, unknown:\n%s", name, out)
		}
	}
}

// A new object is compared with the defaults; the settings of an organization were there before.
func TestGuardrailsOfNewObjects(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typeName, path string
		value          any
		want           bool
	}{
		{"octomil_model_deployment", "supersede", true, true},
		{"octomil_model_deployment", "on_rollback", "redeploy", true},
		{"octomil_model_deployment", "max_affected_devices", 10, false},
		{"octomil_model", "deletion_protection", false, true},
		{"octomil_model_version", "on_destroy", "delete", false},
		{"octomil_rollback_policy", "auto_rollback", false, true},
		{"octomil_rollback_policy", "auto_rollback", true, false},
		{"octomil_rollback_policy", "error_threshold_percent", 50, false},
		{"octomil_org_settings", "mfa_required", false, true},
	} {
		plan := encoded(t, planOf(changeOf(c.typeName, []any{"create"}, nil, nested(c.path, c.value))))
		reviewOf(t, plan, map[bool]int{true: 3}[c.want], "-fail-on", "loosened")
	}
}

// What the guards and the joined devices are read from exists in the schema, and no input of a deployment is forgotten.
func TestAttributesExist(t *testing.T) {
	t.Parallel()
	schemas := acctest.Schemas(t)
	for typeName, paths := range review.GuardPaths() {
		for _, path := range paths {
			if !hasAttribute(schemas.ResourceSchemas[typeName].Block.Attributes, strings.Split(path, ".")) {
				t.Errorf("%s has no attribute %s", typeName, path)
			}
		}
	}
	var inputs []string
	for _, a := range schemas.ResourceSchemas["octomil_model_deployment"].Block.Attributes {
		if a.Optional || a.Required {
			inputs = append(inputs, a.Name)
		}
	}
	slices.Sort(inputs)
	if diff := cmp.Diff(inputs, review.DeploymentInputs); diff != "" {
		t.Errorf("inputs of a deployment in the schema (-) and here (+):\n%s", diff)
	}
	for typeName, names := range map[string][]string{
		"octomil_model_deployment":     {"last_operation", "rolled_back", "previous_version", "status", "rollout_id", "percentage", "active_version", "model_id"},
		"octomil_device_group":         {"rules"},
		"octomil_device_group_members": {"device_ids", "devices"},
		"octomil_api_key":              {"scopes"},
		"octomil_org_member":           {"role"},
		"octomil_model_version":        {"status", "deprecated", "version", "model_id"},
	} {
		for _, name := range names {
			if !hasAttribute(schemas.ResourceSchemas[typeName].Block.Attributes, []string{name}) {
				t.Errorf("%s has no attribute %s", typeName, name)
			}
		}
	}
	for _, name := range []string{"model", "model_id", "group", "version", "percentage", "operation", "from_version", "devices", "devices_total", "cancels"} {
		if !hasAttribute(schemas.DataSourceSchemas["octomil_deployment_preview"].Block.Attributes, []string{name}) {
			t.Errorf("octomil_deployment_preview has no attribute %s", name)
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(schemas.ActionSchemas)), slices.Sorted(maps.Keys(review.ActionKinds))); diff != "" {
		t.Errorf("actions of the provider (-) and here (+):\n%s", diff)
	}
}

func hasAttribute(attributes []*tfprotov6.SchemaAttribute, path []string) bool {
	for _, a := range attributes {
		if a.Name == path[0] {
			return len(path) == 1 || a.NestedType != nil && hasAttribute(a.NestedType.Attributes, path[1:])
		}
	}
	return false
}

// nested is an object with a value at a path.
func nested(path string, v any) map[string]any {
	name, rest, deeper := strings.Cut(path, ".")
	if deeper {
		v = nested(rest, v)
	}
	return map[string]any{name: v}
}

// changeOf is a change of the resource x.
func changeOf(typeName string, actions []any, before, after map[string]any) map[string]any {
	change := map[string]any{"actions": actions, "before": nil, "after": nil, "after_unknown": map[string]any{}}
	if before != nil {
		change["before"] = before
	}
	if after != nil {
		change["after"] = after
	}
	return map[string]any{"address": typeName + ".x", "mode": "managed", "type": typeName, "name": "x", "change": change}
}

func planOf(changes ...map[string]any) map[string]any {
	return map[string]any{"format_version": "1.2", "resource_changes": append([]map[string]any{}, changes...)}
}

// The names in the address of a module have no keys.
func TestModuleSteps(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"":                                 "[]",
		"module.a":                         "[a]",
		`module.a["eu.west"].module.b[0]`:  "[a b]",
		`module.a["]\"module.c"].module.b`: "[a b]",
	} {
		if got := fmt.Sprint(review.ModuleSteps(address)); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}
