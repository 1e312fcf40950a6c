package review_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/review"
)

// sample is a plan that has findings of some kinds, and nothing else.
type sample struct {
	plan  map[string]any
	kinds []review.Kind
	// says is what the review says of it as text.
	says []string
}

func deploymentOf(version string, more map[string]any) map[string]any {
	d := map[string]any{"model": "phi", "version": version, "group": nil, "status": "completed", "percentage": 100, "last_operation": nil}
	for name, v := range more {
		d[name] = v
	}
	return d
}

func operated(kind string, more map[string]any) map[string]any {
	last := map[string]any{
		"kind": kind, "from_version": "2.0.0", "to_version": "1.0.0", "devices": 100, "devices_total": 124, "cancels": nil, "summary": kind + " 2.0.0 → 1.0.0",
	}
	for name, v := range more {
		last[name] = v
	}
	return map[string]any{"last_operation": last}
}

const deployment = "octomil_model_deployment"

func updated(kind string, more map[string]any) map[string]any {
	return changeOf(deployment, []any{"update"}, deploymentOf("2.0.0", nil), deploymentOf("1.0.0", operated(kind, more)))
}

func update1(typeName, attribute string, before, after any) map[string]any {
	return changeOf(typeName, []any{"update"}, map[string]any{attribute: before}, map[string]any{attribute: after})
}

// unknownAt marks an attribute as unknown.
func unknownAt(change map[string]any, attribute string) map[string]any {
	of(change, "change")["after_unknown"] = map[string]any{attribute: true}
	of(change, "change", "after")[attribute] = nil
	return change
}

func destroyed(typeName string, before map[string]any) map[string]any {
	return changeOf(typeName, []any{"delete"}, before, nil)
}

func with(plan map[string]any, name string, v any) map[string]any {
	plan[name] = v
	return plan
}

func action(typeName string, config map[string]any) map[string]any {
	return with(planOf(), "action_invocations", []any{map[string]any{
		"address": "action." + typeName + ".x", "type": typeName, "config_values": config,
		"lifecycle_action_trigger": map[string]any{"triggering_resource_address": "octomil_model.m", "action_trigger_event": "AfterUpdate"},
	}})
}

func samples() map[string]sample {
	k := func(kinds ...review.Kind) []review.Kind { return kinds }
	cancels := map[string]any{"cancels": map[string]any{"rollout_id": "rol_5", "version": "2.0.0", "percentage": 40}}
	return map[string]sample{
		"a rollback":                      {planOf(updated("rollback", nil)), k("rollback"), []string{"rollback from 2.0.0 to 1.0.0 of phi, fleet, 100 of 124 devices", "100 devices get"}},
		"a cancel":                        {planOf(updated("deploy", cancels)), k("cancel"), []string{"cancels rol_5 of 2.0.0 at 40 %"}},
		"a deploy":                        {planOf(updated("deploy", nil)), nil, []string{"deploy from 2.0.0"}},
		"a pause":                         {planOf(updated("pause", map[string]any{"devices": nil})), nil, []string{"0 of 124 devices", "0 devices get"}},
		"uncounted":                       {planOf(updated("deploy", map[string]any{"devices": nil})), k("unknown"), []string{"unknown devices"}},
		"a rollback of an older provider": {planOf(updated("rollback", map[string]any{})), k("rollback"), nil},
		"the same rollback as before": {planOf(changeOf(deployment, []any{"update"}, deploymentOf("2.0.0", operated("rollback", nil)),
			deploymentOf("1.0.0", operated("rollback", nil)))), k("rollback"), []string{"rollback from 2.0.0 to 1.0.0"}},
		"an operation on the same version": {planOf(changeOf(deployment, []any{"update"}, deploymentOf("1.0.0", nil), deploymentOf("1.0.0", operated("advance", nil)))),
			nil, []string{"advance from 2.0.0 to 1.0.0 of phi, fleet, 100 of 124 devices"}},
		"a version that was rolled back is deployed again": {planOf(changeOf(deployment, []any{"update"},
			deploymentOf("0.9.0", map[string]any{"rolled_back": map[string]any{"version": "1.0.0", "reason": "bad", "trigger": "auto", "at": "2026-11-24T16:00:11Z"}}),
			deploymentOf("1.0.0", operated("deploy", nil)))), k("redeploy"), []string{
			"Deployed again after a rollback:\n\n- octomil_model_deployment.x: `1.0.0` was rolled back on `2026-11-24T16:00:11Z` automatically by the " +
				"organization's policy, and `0.9.0` runs now: `bad`; the plan deploys it again",
		}},
		"another version after a rollback": {planOf(changeOf(deployment, []any{"update"},
			deploymentOf("0.9.0", map[string]any{"rolled_back": map[string]any{"version": "1.0.0"}}), deploymentOf("1.0.1", operated("deploy", nil)))), nil, nil},
		"a deployment is deferred": {with(planOf(), "deferred_changes", []any{map[string]any{"reason": "x", "resource_change": updated("deploy", nil)}}),
			k("unknown"), []string{"unknown to 1.0.0 of phi, fleet, unknown devices"}},
		"settings alone": {planOf(changeOf(deployment, []any{"update"}, deploymentOf("2.0.0", operated("rollback", nil)),
			deploymentOf("2.0.0", operated("rollback", map[string]any{})))), nil, []string{"changes nothing of Octomil that needs a review"}},
		"a deployment whose model is not known": {planOf(unknownAt(updated("deploy", nil), "last_operation")), k("unknown"), []string{"unknown from"}},
		"a create":                              {planOf(changeOf(deployment, []any{"create"}, nil, deploymentOf("2.0.0", nil))), k("unknown"), []string{"deploy to 2.0.0 of phi, fleet, unknown devices", "octomil_model_deployment.x: deploys `2.0.0`, devices unknown until apply"}},
		"destroyed with a rollback":             {planOf(destroyed(deployment, deploymentOf("2.0.0", map[string]any{"on_destroy": "rollback", "previous_version": "1.0.0"}))), k("rollback", "unknown", "destroy"), []string{"its destroy rolls the devices back to `1.0.0`", "is destroyed with `on_destroy = \"rollback\"`", "rollback from 2.0.0 to 1.0.0"}},
		"destroyed with a cancel":               {planOf(destroyed(deployment, deploymentOf("2.0.0", map[string]any{"on_destroy": "cancel", "status": "active", "rollout_id": "rol_5"}))), k("cancel", "unknown", "destroy"), []string{"its destroy cancels the rollout", "cancels rol_5"}},
		"destroyed with nothing to cancel":      {planOf(destroyed(deployment, deploymentOf("2.0.0", map[string]any{"on_destroy": "cancel"}))), k("destroy"), []string{"the devices are left as they are"}},
		"replaced with a rollback": {planOf(changeOf(deployment, []any{"delete", "create"}, deploymentOf("2.0.0", map[string]any{"on_destroy": "rollback", "previous_version": "1.0.0"}),
			deploymentOf("2.0.0", map[string]any{"on_destroy": "rollback"}))), k("rollback", "unknown", "destroy"), []string{"is deleted and created again; its destroy rolls"}},
		"a deployment is forgotten":  {planOf(changeOf(deployment, []any{"forget"}, deploymentOf("2.0.0", nil), nil)), k("forget"), []string{"stays as it is on the server"}},
		"a model is deleted":         {planOf(destroyed("octomil_model", map[string]any{"name": "m", "deletion_protection": false})), k("destroy"), []string{"is deleted, with all its versions"}},
		"a version is deleted":       {planOf(destroyed("octomil_model_version", map[string]any{"on_destroy": "delete"})), k("destroy"), []string{"octomil_model_version.x: is deleted\n"}},
		"a version is kept":          {planOf(destroyed("octomil_model_version", map[string]any{"on_destroy": "keep"})), k("destroy"), []string{"the version itself stays"}},
		"a group is replaced":        {planOf(changeOf("octomil_device_group", []any{"create", "delete"}, map[string]any{}, map[string]any{})), k("destroy"), []string{"created again"}},
		"a policy is deleted":        {planOf(destroyed("octomil_rollback_policy", map[string]any{"auto_rollback": true})), k("destroy", "loosened"), []string{"go back to the values"}},
		"the settings are forgotten": {planOf(changeOf("octomil_org_settings", []any{"forget"}, map[string]any{}, nil)), k("forget", "loosened"), []string{"no longer holds"}},
		"a guardrail":                {planOf(update1("octomil_rollback_policy", "auto_rollback", true, false)), k("loosened"), []string{"true → false: a rollout that exceeds"}},
		"members leave":              {planOf(update1("octomil_device_group_members", "device_ids", []any{"a", "b", "c"}, []any{"c"})), k("members"), []string{"2 of 3 devices leave the group: a, b"}},
		"all members leave":          {planOf(destroyed("octomil_device_group_members", map[string]any{"device_ids": []any{"a"}})), k("destroy", "members"), []string{"1 of 1 device leaves the group: a"}},
		"members join":               {planOf(update1("octomil_device_group_members", "device_ids", []any{"a"}, []any{"b", "a"})), nil, nil},
		"members are not known":      {planOf(unknownAt(update1("octomil_device_group_members", "device_ids", []any{"a"}, nil), "device_ids")), k("unknown"), []string{"devices may leave"}},
		"members leave a map": {
			planOf(update1("octomil_device_group_members", "devices", map[string]any{"x": "a", "y": "b"}, map[string]any{"z": "b"})),
			k("members"), []string{"devices 1 of 2 devices leaves the group: a"},
		},
		"members become a map": {planOf(changeOf("octomil_device_group_members", []any{"update"},
			map[string]any{"device_ids": []any{"a", "b"}, "devices": nil}, map[string]any{"device_ids": nil, "devices": map[string]any{"x": "b"}})),
			k("members"), []string{"1 of 2 devices leaves the group: a"}},
		"a map becomes unknown":    {planOf(unknownAt(update1("octomil_device_group_members", "devices", map[string]any{"x": "a"}, nil), "devices")), k("unknown"), []string{"devices may leave"}},
		"rules change":             {planOf(update1("octomil_device_group", "rules", []any{map[string]any{"field": "a"}}, []any{})), k("members"), []string{"other devices are selected"}},
		"a name changes":           {planOf(update1("octomil_device_group", "name", "a", "b")), nil, nil},
		"a key gains a scope":      {planOf(changeOf("octomil_api_key", []any{"create", "delete"}, map[string]any{"scopes": []any{"a:b"}}, map[string]any{"scopes": []any{"a:b", "c:d"}})), k("destroy", "access"), []string{"gains 1 scope: c:d"}},
		"a new key":                {planOf(changeOf("octomil_api_key", []any{"create"}, nil, map[string]any{"scopes": []any{"a:b"}})), k("access"), []string{"a new key with 1 scope: a:b"}},
		"a key loses a scope":      {planOf(changeOf("octomil_api_key", []any{"create", "delete"}, map[string]any{"scopes": []any{"a:b", "c:d"}}, map[string]any{"scopes": []any{"a:b"}})), k("destroy"), nil},
		"the scopes are not known": {planOf(unknownAt(update1("octomil_api_key", "scopes", []any{"a"}, nil), "scopes")), k("unknown"), []string{"may gain scopes"}},
		"an owner":                 {planOf(update1("octomil_org_member", "role", "member", "owner")), k("access"), []string{"member → owner"}},
		"an unknown role":          {planOf(update1("octomil_org_member", "role", "owner", "emperor")), k("access"), []string{"owner → emperor"}},
		"an invited admin":         {planOf(changeOf("octomil_org_member", []any{"create"}, nil, map[string]any{"role": "admin"})), k("access"), []string{"is invited with this role"}},
		"an invited member":        {planOf(changeOf("octomil_org_member", []any{"create"}, nil, map[string]any{"role": "member"})), nil, nil},
		"a lower role":             {planOf(update1("octomil_org_member", "role", "owner", "member")), nil, nil},
		"a version is deprecated":  {planOf(changeOf("octomil_model_version", []any{"update"}, map[string]any{"version": "1.0.0", "status": "published"}, map[string]any{"version": "1.0.0", "deprecated": true})), k("deprecated"), []string{"version `1.0.0` is deprecated"}},
		"a deprecated version is deployed": {with(planOf(changeOf(deployment, []any{"update"}, deploymentOf("2.0.0", nil),
			deploymentOf("1.0.0", map[string]any{"model_id": "mdl_1", "last_operation": operated("deploy", nil)["last_operation"]}))), "planned_values", map[string]any{"root_module": map[string]any{"child_modules": []any{
			map[string]any{"resources": []any{map[string]any{"mode": "managed", "type": "octomil_model_version", "values": map[string]any{"model_id": "mdl_1", "version": "1.0.0", "status": "deprecated"}}}}}}}),
			k("deprecated"), []string{"the deployed version is deprecated"}},
		"drift": {with(planOf(), "resource_drift", []any{changeOf("octomil_device_group", []any{"update"}, map[string]any{"name": "a"}, map[string]any{"name": "b"})}),
			k("drift"), []string{"Changed outside of Terraform:\n\n- octomil_device_group.x: name a → b"}},
		"deleted elsewhere":        {with(planOf(), "resource_drift", []any{destroyed("octomil_device_group", map[string]any{})}), k("drift"), []string{"was deleted"}},
		"moved alone":              {with(planOf(), "resource_drift", []any{changeOf("octomil_device_group", []any{"no-op"}, map[string]any{}, map[string]any{})}), nil, nil},
		"a rollback action":        {action("octomil_rollback", map[string]any{"model": "phi", "to_version": "1.0.0"}), k("rollback", "unknown"), []string{"action.octomil_rollback.x: rollback to 1.0.0 of phi, fleet", "is invoked after the update of `octomil_model.m`"}},
		"a cancel action":          {action("octomil_rollout_cancel", map[string]any{"model": "phi", "rollout_id": "rol_1"}), k("cancel", "unknown"), []string{"cancels rol_1"}},
		"a pause action":           {action("octomil_rollout_pause", map[string]any{"model": "phi"}), nil, []string{"pause of phi, fleet, 0 devices"}},
		"a test of an integration": {action("octomil_metrics_integration_test", map[string]any{"id": "met_1"}), nil, nil},
		"a test of another one":    {action("octomil_log_integration_test", map[string]any{"id": "log_1"}), nil, nil},
		"a start action":           {action("octomil_rollout_start", map[string]any{"model": "phi"}), k("unknown"), []string{"deploy of phi, fleet"}},
		"deferred": {with(planOf(), "deferred_changes", []any{map[string]any{"reason": "x", "resource_change": update1("octomil_model", "name", "a", "b")}}),
			k("unknown"), []string{"is deferred"}},
		"another provider": {planOf(changeOf("aws_instance", []any{"delete"}, map[string]any{}, nil)), nil, []string{"Not reviewed here: 1 change of other providers"}},
		"nothing":          {planOf(changeOf("octomil_model", []any{"no-op"}, map[string]any{}, map[string]any{})), nil, []string{"This plan gives no device another version and changes nothing of Octomil that needs a review.\n"}},
	}
}

// Each plan has the kinds of its sample and no others, and every kind has a sample.
func TestReview(t *testing.T) {
	t.Parallel()
	seen := map[review.Kind]bool{}
	for name, s := range samples() {
		plan := encoded(t, s.plan)
		for _, kind := range review.Kinds() {
			want := 0
			if slices.Contains(s.kinds, kind) {
				want, seen[kind] = 3, true
			}
			var out, errOut strings.Builder
			code, err := review.Review([]string{"-fail-on", string(kind)}, strings.NewReader(plan), &out, &errOut)
			if code != want || err != nil {
				t.Errorf("%s, -fail-on %s: %d and %v, want %d\n%s%s", name, kind, code, err, want, out.String(), errOut.String())
			}
			if (code == 3) != strings.Contains(errOut.String(), "review: -fail-on "+string(kind)+": ") {
				t.Errorf("%s, -fail-on %s ends with %d and says %q", name, kind, code, errOut.String())
			}
		}
		out := reviewOf(t, plan, 0, "-format", "text")
		for _, text := range s.says {
			if !strings.Contains(out, text) {
				t.Errorf("%s: does not say %q:\n%s", name, text, out)
			}
		}
	}
	for _, kind := range review.Kinds() {
		if !seen[kind] {
			t.Errorf("no sample of the kind %s", kind)
		}
	}
}

// The limit is on the sum. What is not known counts as too much, unless it is allowed.
func TestMaxDevices(t *testing.T) {
	t.Parallel()
	count := func(n any) map[string]any { return updated("deploy", map[string]any{"devices": n}) }
	for _, c := range []struct {
		plan map[string]any
		args []string
		code int
	}{
		{planOf(count(60), count(40)), []string{"-max-devices", "100"}, 0},
		{planOf(count(60), count(41)), []string{"-max-devices", "100"}, 3},
		{planOf(count(0)), []string{"-max-devices", "0"}, 0},
		{planOf(count(1)), []string{"-max-devices", "0"}, 3},
		{planOf(count(1), count(nil)), []string{"-max-devices", "100"}, 3},
		{planOf(count(1), count(nil)), []string{"-max-devices", "100", "-allow-unknown"}, 0},
		{planOf(count(101), count(nil)), []string{"-max-devices", "100", "-allow-unknown"}, 3},
		{planOf(), []string{"-max-devices", "0"}, 0},
		{planOf(updated("rollback", nil)), []string{"-fail-on", "loosened, rollback"}, 3},
		{planOf(updated("rollback", nil)), []string{"-fail-on", "all"}, 3},
		{planOf(), []string{"-fail-on", "all"}, 0},
	} {
		reviewOf(t, encoded(t, c.plan), c.code, c.args...)
	}
}

// A preview in the plan says what a create would do, if it is about the same thing.
func TestPreview(t *testing.T) {
	t.Parallel()
	created := func(more map[string]any) map[string]any {
		return planOf(changeOf(deployment, []any{"create"}, nil, deploymentOf("1.0.0", more)))
	}
	preview := func(more map[string]any) map[string]any {
		p := map[string]any{
			"model": "phi", "model_id": "mdl_1", "version": "1.0.0", "group": nil, "percentage": nil, "operation": "deploy", "from_version": "0.9.0",
			"devices": 60, "devices_total": 124, "cancels": map[string]any{"id": "rol_5", "version": "2.0.0", "percentage": 40},
		}
		for name, v := range more {
			p[name] = v
		}
		return map[string]any{"values": map[string]any{"root_module": map[string]any{"resources": []any{
			map[string]any{"mode": "data", "type": "octomil_deployment_preview", "values": p},
		}}}}
	}
	m := func(name string, v any) map[string]any { return map[string]any{name: v} }
	for name, c := range map[string]struct {
		deployment, preview map[string]any
		known               bool
	}{
		"the same":             {nil, nil, true},
		"by ID":                {m("model", "mdl_1"), nil, true},
		"another model":        {m("model", "other"), nil, false},
		"another version":      {m("version", "2.0.0"), nil, false},
		"a group":              {m("group", "g"), nil, false},
		"the same group":       {m("group", "g"), m("group", "g"), true},
		"another percentage":   {m("rollout", m("percentage", 10)), nil, false},
		"the same percentage":  {m("rollout", m("percentage", 10)), m("percentage", 10), true},
		"all percent":          {m("rollout", m("percentage", 100)), nil, true},
		"a rollback takes all": {m("rollout", m("percentage", 10)), m("operation", "rollback"), true},
	} {
		plan := with(created(c.deployment), "prior_state", preview(c.preview))
		out := reviewOf(t, encoded(t, plan), 0, "-format", "text")
		if known := strings.Contains(out, "from 0.9.0") && strings.Contains(out, "60 of 124 devices, cancels rol_5 of 2.0.0 at 40 %"); known != c.known {
			t.Errorf("%s: known is %v:\n%s", name, known, out)
		}
	}
}

// The JSON has what a policy needs.
func TestReviewJSON(t *testing.T) {
	t.Parallel()
	cancels := map[string]any{"cancels": map[string]any{"rollout_id": "rol_5", "version": "2.0.0", "percentage": 40}}
	var report review.Report
	out := reviewOf(t, encoded(t, planOf(updated("rollback", cancels))), 3, "-format", "json", "-fail-on", "rollback")
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatal(err)
	}
	op := report.Operations[0]
	if op.Scope.Model != "phi" || op.Kind != "rollback" || *op.Devices != 100 || *op.DevicesTotal != 124 || op.Cancels.RolloutID != "rol_5" ||
		op.Cancels.Percentage != "40" || op.Summary != "rollback 2.0.0 → 1.0.0" || report.Devices != 100 || len(report.Failed) != 1 {
		t.Errorf("got %s", out)
	}
}
