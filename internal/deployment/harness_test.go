package deployment_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// harness is one case under way.
type harness struct {
	*testing.T
	sb    *acctest.Sandbox
	core  *acctest.Core
	group string
}

func (r *harness) config(w wanted) map[string]any {
	config := map[string]any{
		"model": phi, "version": w.version, "timeouts": map[string]any{"create": "20s", "update": "20s", "delete": "20s"},
	}
	if w.percentage > 0 {
		config["rollout"] = map[string]any{"percentage": w.percentage}
	}
	if r.group != "" {
		config["group"] = r.group
	}
	return config
}

func all(version string) map[string]int { return map[string]int{version: 124} }

func newHarness(t *testing.T, group string, dialect ...sandbox.Dialect) *harness {
	t.Helper()
	return newHarnessOn(t, group, append(dialect, sandbox.DialectDocs)[0])
}

// newHarnessOn is newHarness on a server with variants.
func newHarnessOn(t *testing.T, group string, dialect sandbox.Dialect, variants ...sandbox.Variant) *harness {
	t.Helper()
	sb := start(t, dialect, func(o *sandbox.Options) { o.Variants = variants })
	r := &harness{T: t, sb: sb, core: sb.Core(t, "octomil_model_deployment"), group: group}
	r.publish("0.8.0", "3.0.0")
	return r
}

// publish adds versions to the model.
func (r *harness) publish(versions ...string) {
	r.Helper()
	for _, version := range versions {
		r.sb.Do(r, "POST", "/api/v1/models/phi-4-mini/versions", map[string]any{
			"version": version, "storage_path": "s3://models/phi/" + version, "format": "gguf", "checksum": "sha256:00", "size_bytes": 1,
		})
		r.sb.Do(r, "POST", "/api/v1/models/phi-4-mini/versions/"+url.PathEscape(version)+"/publish", map[string]any{})
	}
}

// apply brings the resource to a configuration; whatever goes wrong ends the test.
func (r *harness) apply(w wanted) {
	r.Helper()
	plan := r.core.Plan(r.config(w))
	if plan.Failed() {
		r.Fatalf("planning %s: %v", w.version, plan.Errors)
	}
	if said := r.core.Apply(plan); said.Failed() {
		r.Fatalf("applying %s: %v", w.version, said.Errors)
	}
}

func (r *harness) reaches(w wanted) {
	r.Helper()
	plan := r.core.Plan(r.config(w))
	before := r.core.State()
	if w.planFails != "" {
		r.fails(plan.Diagnostics, w.planFails)
		r.unchanged(before, w)
		return
	}
	if plan.Failed() {
		r.Fatalf("the plan failed: %v", plan.Errors)
	}
	if got := operationOf(plan.Planned); plan.Action == acctest.ActionUpdate && plan.Planned["status"] == acctest.Unknown && got != w.plan {
		r.Errorf("planned %q; want %q", got, w.plan)
	}
	if created := plan.Action == acctest.ActionCreate; created != (w.plan == "create") || plan.Action == acctest.ActionReplace {
		r.Errorf("the action is %s", plan.Action)
	}
	if idle := plan.Planned["status"] != acctest.Unknown; idle != (w.plan == "") {
		r.Errorf("nothing to do: %v; planned %v", idle, plan.Planned)
	}
	r.sb.Clock.Release()
	said := r.core.Apply(plan)
	if w.applyFails != "" {
		r.fails(said, w.applyFails)
		r.unchanged(nil, w)
		return
	}
	if said.Failed() {
		r.Fatalf("the apply failed: %v", said.Errors)
	}
	if got := operationOf(r.core.State()); w.does != "" && got != w.does {
		r.Errorf("did %q; want %q", got, w.does)
	}
	r.expect(w)
	if second := r.core.Plan(r.config(w)); second.Failed() || second.Action != acctest.ActionNone {
		r.Errorf("the second plan is %s: %v\nbefore %v\nafter  %v", second.Action, second.Errors, r.core.State(), second.Planned)
	}
	if r.core.State()["version"] != w.version {
		r.Errorf("the state has version %v; want %s", r.core.State()["version"], w.version)
	}
}

func (r *harness) destroys(w wanted) {
	r.Helper()
	if said := r.core.Destroy(); said.Failed() {
		r.Fatalf("the destroy failed: %v", said.Errors)
	}
	r.sb.Clock.Release()
	r.expect(w)
}

func (r *harness) fails(said acctest.Diagnostics, words string) {
	r.Helper()
	if !strings.Contains(strings.Join(said.Errors, "\n"), words) {
		r.Errorf("the errors are %q; want %q", said.Errors, words)
	}
}

func (r *harness) unchanged(before map[string]any, w wanted) {
	r.Helper()
	if diff := cmp.Diff(before, r.core.State()); before != nil && diff != "" {
		r.Errorf("the state has changed: %s", diff)
	}
	r.sb.Clock.Release()
	r.expect(w)
}

// expect compares writes and devices.
func (r *harness) expect(w wanted) {
	r.Helper()
	if got := strings.Join(r.sb.Writes(), ", "); got != w.writes {
		r.Errorf("wrote %q; want %q", got, w.writes)
	}
	r.sb.Settle()
	fleet := r.sb.Fleet(phi)
	if r.group != "" {
		fleet = r.sb.GroupFleet(phi, r.group)
	}
	if diff := cmp.Diff(w.runs, fleet.Versions); diff != "" {
		r.Errorf("what the devices run (-want +got): %s", diff)
	}
}

// operationOf is last_operation as "kind from to".
func operationOf(attributes map[string]any) string {
	last, ok := attributes["last_operation"].(map[string]any)
	if !ok {
		return ""
	}
	from, _ := last["from_version"].(string)
	return fmt.Sprintf("%v %s %v", last["kind"], from, last["to_version"])
}

func (r *harness) rollOut(version string, percentage int) {
	r.Helper()
	r.sb.Do(r, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
		"version": version, "rollout_percentage": percentage, "target_percentage": 100, "increment_step": 10, "start_immediately": true,
	})
	r.sb.Settle()
}

func (r *harness) execute(version string, percentage int) {
	r.Helper()
	r.sb.Do(r, "POST", "/api/v1/deploy/execute", map[string]any{
		"model_id": modelID(r.T, r.sb), "model_name": phi, "version": version, "model_version": version, "group": r.group, "rollout_percentage": percentage,
	})
	r.sb.Settle()
}

func (r *harness) verb(verb string) {
	r.Helper()
	r.sb.Do(r, "POST", "/api/v1/models/phi-4-mini/rollouts/"+newest(r.T, r.sb)+"/"+verb, map[string]any{})
}

func (r *harness) deleteRollouts() {
	r.Helper()
	for _, rollout := range rollouts(r.T, r.sb) {
		r.sb.Do(r, "DELETE", fmt.Sprintf("/api/v1/models/phi-4-mini/rollouts/%v?force=true", rollout["id"]), nil)
	}
}
