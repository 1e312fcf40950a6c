package deployment_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// harness is a deployment resource on a sandbox: of the whole fleet, or of group if that is set.
type harness struct {
	*testing.T
	sb    *acctest.Sandbox
	core  *acctest.Core
	group string
	// said is the last_operation of guardedOperation.run.
	said any
}

func (h *harness) config(w wanted) map[string]any {
	config := map[string]any{
		"model": phi, "version": w.version, "timeouts": map[string]any{"create": "20s", "update": "20s", "delete": "20s"},
	}
	if w.percentage > 0 {
		config["rollout"] = map[string]any{"percentage": w.percentage}
	}
	if h.group != "" {
		config["group"] = h.group
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
	return harnessOf(t, group, acctest.StartVirtual(t, func(o *sandbox.Options) { o.Dialect, o.Variants = dialect, variants }))
}

// virtualHarness is newHarness in virtual time, on a server with variants.
func virtualHarness(t *testing.T, group string, variants ...sandbox.Variant) *harness {
	t.Helper()
	return harnessOf(t, group, acctest.StartVirtual(t, func(o *sandbox.Options) { o.Variants = variants }))
}

func harnessOf(t *testing.T, group string, sb *acctest.Sandbox) *harness {
	t.Helper()
	h := &harness{T: t, sb: sb, core: sb.Core(t, "octomil_model_deployment"), group: group}
	h.publish("0.8.0", "3.0.0")
	return h
}

// publish adds versions to the model.
func (h *harness) publish(versions ...string) {
	h.Helper()
	for _, version := range versions {
		h.sb.Do(h, "POST", "/api/v1/models/phi-4-mini/versions", map[string]any{
			"version": version, "storage_path": "s3://models/phi/" + version, "format": "gguf", "checksum": "sha256:00", "size_bytes": 1,
		})
		h.sb.Do(h, "POST", "/api/v1/models/phi-4-mini/versions/"+url.PathEscape(version)+"/publish", map[string]any{})
	}
}

// apply applies a configuration, and ends the test if that fails.
func (h *harness) apply(w wanted) {
	h.Helper()
	plan := h.core.Plan(h.config(w))
	if plan.Failed() {
		h.Fatalf("planning %s: %v", w.version, plan.Errors)
	}
	if said := h.core.Apply(plan); said.Failed() {
		h.Fatalf("applying %s: %v", w.version, said.Errors)
	}
}

// reaches applies a configuration, compares plan, writes and devices with what is wanted, and expects an empty plan afterwards.
func (h *harness) reaches(w wanted) {
	h.Helper()
	plan := h.core.Plan(h.config(w))
	before := h.core.State()
	if w.planFails != "" {
		h.fails(plan.Diagnostics, w.planFails)
		h.unchanged(before, w)
		return
	}
	if plan.Failed() {
		h.Fatalf("the plan failed: %v", plan.Errors)
	}
	idle := plan.Planned["status"] != acctest.Unknown && cmp.Equal(plan.Planned["last_operation"], before["last_operation"])
	if got := operationOf(plan.Planned); plan.Action == acctest.ActionUpdate && !idle && got != w.plan {
		h.Errorf("planned %q; want %q", got, w.plan)
	}
	if created := plan.Action == acctest.ActionCreate; created != (w.plan == "create") || plan.Action == acctest.ActionReplace {
		h.Errorf("the action is %s", plan.Action)
	}
	if idle != (w.plan == "") {
		h.Errorf("nothing to do: %v; planned %v", idle, plan.Planned)
	}
	h.sb.Clock.Release()
	said := h.core.Apply(plan)
	if w.applyFails != "" {
		h.fails(said, w.applyFails)
		h.unchanged(nil, w)
		return
	}
	if said.Failed() {
		h.Fatalf("the apply failed: %v", said.Errors)
	}
	if got := operationOf(h.core.State()); w.does != "" && got != w.does {
		h.Errorf("did %q; want %q", got, w.does)
	}
	h.expect(w)
	applied := h.core.State()
	if second := h.core.Plan(h.config(w)); second.Failed() || second.Action != acctest.ActionNone {
		h.Errorf("the second plan is %s: %v\nbefore %v\nafter  %v", second.Action, second.Errors, h.core.State(), second.Planned)
	}
	h.told(plan, applied)
	if h.core.State()["version"] != w.version {
		h.Errorf("the state has version %v; want %s", h.core.State()["version"], w.version)
	}
}

// told expects that what a plan has shown of an attribute, as known, is what a refresh finds after the apply.
func (h *harness) told(plan acctest.Plan, applied map[string]any) {
	h.Helper()
	for _, name := range []string{"active_version", "previous_version", "rollout_id", "percentage", "rolled_back", "last_operation"} {
		shown, now := plan.Planned[name], h.core.State()[name]
		if shown != acctest.Unknown && (!cmp.Equal(shown, now) || !cmp.Equal(shown, applied[name])) {
			h.Errorf("the plan shows %s = %v, the apply left %v, and a refresh finds %v", name, shown, applied[name], now)
		}
	}
}

// destroys runs a destroy, and compares writes and devices.
func (h *harness) destroys(w wanted) {
	h.Helper()
	if said := h.core.Destroy(); said.Failed() {
		h.Fatalf("the destroy failed: %v", said.Errors)
	}
	h.sb.Clock.Release()
	h.expect(w)
}

// onSandbox is a harness for the whole fleet on a sandbox as it is.
func onSandbox(t *testing.T, sb *acctest.Sandbox) *harness {
	t.Helper()
	return &harness{T: t, sb: sb, core: sb.Core(t, "octomil_model_deployment")}
}

// pin is a configuration of a version with further attributes, each a name and a value.
func pin(version string, more ...any) map[string]any {
	config := map[string]any{"model": phi, "version": version}
	for i := 0; i < len(more); i += 2 {
		config[more[i].(string)] = more[i+1]
	}
	return config
}

// creates applies a create with exactly these writes, and expects an empty plan afterwards.
func (h *harness) creates(config map[string]any, writes ...string) {
	h.Helper()
	h.sb.ClearLedger()
	h.core.Converge(h, config, acctest.ActionCreate)
	h.wrote(writes...)
}

// updates expects the operation in the plan, as "kind from to", applies it with exactly these writes, and expects an empty plan
// afterwards. It returns the plan.
func (h *harness) updates(config map[string]any, operation string, writes ...string) acctest.Plan {
	h.Helper()
	h.sb.ClearLedger()
	plan := h.core.Plan(config)
	if got := operationOf(plan.Planned); plan.Action != acctest.ActionUpdate || got != operation {
		h.Errorf("the plan is %s, %q; want an update, %q: %v", plan.Action, got, operation, plan.Errors)
	}
	h.succeeds(plan)
	h.wrote(writes...)
	if second := h.core.Plan(config); second.Failed() || second.Action != acctest.ActionNone {
		h.Errorf("the second plan is %s: %v\nbefore %v\nafter  %v", second.Action, second.Errors, h.core.State(), second.Planned)
	}
	return plan
}

// wrote expects exactly these writes since the last time it was asked.
func (h *harness) wrote(want ...string) {
	h.Helper()
	if got := h.sb.Writes(); !slices.Equal(want, got) {
		h.Errorf("wrote %q; want %q", got, want)
	}
	h.sb.ClearLedger()
}

// fails expects errors that contain words.
func (h *harness) fails(said acctest.Diagnostics, words string) {
	h.Helper()
	if !strings.Contains(strings.Join(said.Errors, "\n"), words) {
		h.Errorf("the errors are %q; want %q", said.Errors, words)
	}
}

// unchanged expects the state of before, if that is not nil, and compares writes and devices.
func (h *harness) unchanged(before map[string]any, w wanted) {
	h.Helper()
	if diff := cmp.Diff(before, h.core.State()); before != nil && diff != "" {
		h.Errorf("the state has changed: %s", diff)
	}
	h.sb.Clock.Release()
	h.expect(w)
}

// expect compares writes and devices.
func (h *harness) expect(w wanted) {
	h.Helper()
	if got := strings.Join(h.sb.Writes(), ", "); got != w.writes {
		h.Errorf("wrote %q; want %q", got, w.writes)
	}
	h.sb.Settle()
	fleet := h.sb.Fleet(phi)
	if h.group != "" {
		fleet = h.sb.GroupFleet(phi, h.group)
	}
	if diff := cmp.Diff(w.runs, fleet.Versions); diff != "" {
		h.Errorf("what the devices run (-want +got): %s", diff)
	}
}

// operationOf returns last_operation as "kind from to".
func operationOf(attributes map[string]any) string {
	last, ok := attributes["last_operation"].(map[string]any)
	if !ok {
		return ""
	}
	from, _ := last["from_version"].(string)
	return fmt.Sprintf("%v %s %v", last["kind"], from, last["to_version"])
}

// summaryOf returns the summary of last_operation.
func summaryOf(attributes map[string]any) string {
	last, _ := attributes["last_operation"].(map[string]any)
	summary, _ := last["summary"].(string)
	return summary
}

// plans expects the summary of what a plan does, and no warning of it: it is an ordinary operation.
func (h *harness) plans(p acctest.Plan, summary string) {
	h.Helper()
	if got := summaryOf(p.Planned); p.Failed() || got != summary || len(p.Warnings) > 0 {
		h.Errorf("the plan is to %q and warns %q, %q; want %q", got, p.Warnings, p.Errors, summary)
	}
}

// rollOut starts a rollout outside of Terraform.
func (h *harness) rollOut(version string, percentage int) {
	h.Helper()
	h.sb.Do(h, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
		"version": version, "rollout_percentage": percentage, "target_percentage": 100, "increment_step": 10, "start_immediately": true,
	})
	h.sb.Settle()
}

// execute deploys to the group outside of Terraform.
func (h *harness) execute(version string, percentage int) {
	h.Helper()
	h.sb.Do(h, "POST", "/api/v1/deploy/execute", map[string]any{
		"model_id": modelID(h.T, h.sb), "model_name": phi, "version": version, "model_version": version, "group": h.group, "rollout_percentage": percentage,
	})
	h.sb.Settle()
}

// verb sends a verb, such as pause, to the newest rollout outside of Terraform.
func (h *harness) verb(verb string) {
	h.Helper()
	h.sb.Do(h, "POST", "/api/v1/models/phi-4-mini/rollouts/"+newest(h.T, h.sb)+"/"+verb, map[string]any{})
}

// deleteRollouts deletes all rollouts outside of Terraform.
func (h *harness) deleteRollouts() {
	h.Helper()
	for _, rollout := range rollouts(h.T, h.sb) {
		h.sb.Do(h, "DELETE", fmt.Sprintf("/api/v1/models/phi-4-mini/rollouts/%v?force=true", rollout["id"]), nil)
	}
}
