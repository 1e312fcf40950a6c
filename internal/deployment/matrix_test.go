package deployment_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// Every pair of what runs and what is wanted, for the fleet and for a group: the operation that the plan shows, what is written,
// what the devices run afterwards, and that the second plan is empty. Where the plan or the apply is an error, nothing changes.

// wanted is one configuration and what comes of it.
type wanted struct {
	version string
	// percentage of the rollout block, 0 for none.
	percentage int
	// plan is the operation as "kind from to", "" for none, "create" for a create, whose operation the plan leaves open.
	plan string
	// does is the operation in the state after a create.
	does   string
	writes string
	runs   map[string]int
	// planFails and applyFails are words of the error.
	planFails, applyFails string
}

// situations are what runs before; held is the configuration of the resource then, with a version "" for none.
type situations map[string]struct {
	held    wanted
	prepare func(*rig)
	wants   map[string]wanted
}

// rig is one case under way.
type rig struct {
	*testing.T
	sb    *acctest.Sandbox
	core  *acctest.Core
	group string
}

func (r *rig) config(w wanted) map[string]any {
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

func TestMatrixOfTheFleet(t *testing.T) {
	t.Parallel()
	foreign := func(r *rig) { r.rollOut("2.0.0", 40) }
	byHand := func(r *rig) {
		r.sb.Do(r, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": "1.0.0", "reason": "slow"})
	}
	const cancelAndCreate = "DELETE cancel rollout, POST create rollout"
	mixed := map[string]int{"1.0.0": 74, "2.0.0": 50}
	takenBack := map[string]wanted{
		"same pin":             {version: "2.0.0", planFails: "The version was rolled back", runs: all("1.0.0")},
		"newer":                {version: "3.0.0", plan: "deploy 1.0.0 3.0.0", writes: "POST create rollout", runs: all("3.0.0")},
		"older deployed":       {version: "0.9.0", plan: "rollback 1.0.0 0.9.0", writes: "POST roll back", runs: all("0.9.0")},
		"older never deployed": {version: "0.8.0", plan: "deploy 1.0.0 0.8.0", writes: "POST create rollout", runs: all("0.8.0")},
		"larger share":         {version: "1.0.0", percentage: 60, plan: "adopt 1.0.0 1.0.0", runs: all("1.0.0")},
		"smaller share":        {version: "2.0.0", percentage: 20, planFails: "The version was rolled back", runs: all("1.0.0")},
		"destroy":              {runs: all("1.0.0")},
	}
	rollingBack := maps.Clone(takenBack)
	rollingBack["larger share"] = wanted{version: "1.0.0", percentage: 60, plan: "resume 1.0.0 1.0.0", runs: all("1.0.0")}
	runMatrix(t, "", situations{
		"nothing": {
			prepare: func(r *rig) { r.deleteRollouts() },
			wants: map[string]wanted{
				"same pin":             {version: "1.0.0", plan: "create", does: "deploy  1.0.0", writes: "POST create rollout", runs: all("1.0.0")},
				"newer":                {version: "3.0.0", plan: "create", does: "deploy  3.0.0", writes: "POST create rollout", runs: all("3.0.0")},
				"older deployed":       {version: "0.9.0", plan: "create", does: "deploy  0.9.0", writes: "POST create rollout", runs: all("0.9.0")},
				"older never deployed": {version: "0.8.0", plan: "create", does: "deploy  0.8.0", writes: "POST create rollout", runs: all("0.8.0")},
				"larger share":         {version: "2.0.0", percentage: 60, plan: "create", does: "deploy  2.0.0", writes: "POST create rollout", runs: map[string]int{"2.0.0": 74}},
				"smaller share":        {version: "2.0.0", percentage: 20, plan: "create", does: "deploy  2.0.0", writes: "POST create rollout", runs: map[string]int{"2.0.0": 25}},
				"destroy":              {runs: map[string]int{}},
			},
		},
		"completed": {
			held: wanted{version: "1.0.0"},
			wants: map[string]wanted{
				"same pin":             {version: "1.0.0", runs: all("1.0.0")},
				"newer":                {version: "3.0.0", plan: "deploy 1.0.0 3.0.0", writes: "POST create rollout", runs: all("3.0.0")},
				"older deployed":       {version: "0.9.0", plan: "rollback 1.0.0 0.9.0", writes: "POST roll back", runs: all("0.9.0")},
				"older never deployed": {version: "0.8.0", plan: "deploy 1.0.0 0.8.0", writes: "POST create rollout", runs: all("0.8.0")},
				"larger share":         {version: "1.0.0", percentage: 100, runs: all("1.0.0")},
				"smaller share":        {version: "1.0.0", percentage: 20, planFails: "A share cannot shrink", runs: all("1.0.0")},
				"destroy":              {runs: all("1.0.0")},
			},
		},
		"active at 40, ours": {
			held: wanted{version: "2.0.0", percentage: 40},
			wants: map[string]wanted{
				"same pin":             {version: "2.0.0", percentage: 40, runs: mixed},
				"newer":                {version: "3.0.0", plan: "deploy 2.0.0 3.0.0", writes: cancelAndCreate, runs: all("3.0.0")},
				"older deployed":       {version: "0.9.0", plan: "rollback 2.0.0 0.9.0", writes: "POST roll back", runs: all("0.9.0")},
				"older never deployed": {version: "0.8.0", plan: "deploy 2.0.0 0.8.0", writes: cancelAndCreate, runs: all("0.8.0")},
				"larger share":         {version: "2.0.0", percentage: 60, plan: "advance 2.0.0 2.0.0", writes: "POST update percentage", runs: map[string]int{"1.0.0": 50, "2.0.0": 74}},
				"smaller share":        {version: "2.0.0", percentage: 20, planFails: "A share cannot shrink", runs: mixed},
				"destroy":              {runs: mixed},
			},
		},
		"active at 40, someone else's": {
			held: wanted{version: "1.0.0"}, prepare: foreign,
			wants: map[string]wanted{
				"same pin":             {version: "1.0.0", plan: "rollback 2.0.0 1.0.0", writes: "POST roll back", runs: all("1.0.0")},
				"newer":                {version: "3.0.0", planFails: "Another rollout is under way", runs: mixed},
				"older deployed":       {version: "0.9.0", plan: "rollback 2.0.0 0.9.0", writes: "POST roll back", runs: all("0.9.0")},
				"older never deployed": {version: "0.8.0", planFails: "Another rollout is under way", runs: mixed},
				"larger share":         {version: "2.0.0", percentage: 60, plan: "advance 2.0.0 2.0.0", writes: "POST update percentage", runs: map[string]int{"1.0.0": 50, "2.0.0": 74}},
				"smaller share":        {version: "2.0.0", percentage: 20, plan: "adopt 2.0.0 2.0.0", runs: mixed},
				"destroy":              {runs: mixed},
			},
		},
		"paused": {
			held: wanted{version: "2.0.0", percentage: 40}, prepare: func(r *rig) { r.sb.Settle(); r.verb("pause") },
			wants: map[string]wanted{
				"same pin":             {version: "2.0.0", percentage: 40, runs: mixed},
				"newer":                {version: "3.0.0", plan: "deploy 2.0.0 3.0.0", writes: cancelAndCreate, runs: all("3.0.0")},
				"older deployed":       {version: "0.9.0", plan: "rollback 2.0.0 0.9.0", writes: "POST roll back", runs: all("0.9.0")},
				"older never deployed": {version: "0.8.0", plan: "deploy 2.0.0 0.8.0", writes: cancelAndCreate, runs: all("0.8.0")},
				"larger share":         {version: "2.0.0", percentage: 60, plan: "resume 2.0.0 2.0.0", applyFails: "The rollout is paused", runs: mixed},
				"smaller share":        {version: "2.0.0", percentage: 20, planFails: "A share cannot shrink", runs: mixed},
				"destroy":              {runs: mixed},
			},
		},
		"rolling back": {
			held: wanted{version: "2.0.0"}, prepare: func(r *rig) { r.sb.Settle(); r.sb.Clock.Hold(); byHand(r) }, wants: rollingBack,
		},
		"rolled back by hand": {
			held: wanted{version: "2.0.0"}, prepare: func(r *rig) { byHand(r); r.sb.Settle() }, wants: takenBack,
		},
		"rolled back automatically": {
			held: wanted{version: "2.0.0"},
			prepare: func(r *rig) {
				r.sb.SetHealth(phi, "2.0.0", sandbox.Health{CrashPercent: 7})
				r.sb.Do(r, "PUT", "/api/v1/settings/demo", map[string]any{"auto_rollback_enabled": true})
				r.sb.Settle()
			},
			wants: takenBack,
		},
	})
}

func TestMatrixOfAGroup(t *testing.T) {
	t.Parallel()
	const execute = "POST execute deployment"
	only := func(version string) map[string]int { return map[string]int{version: 24} }
	mixed := map[string]int{"1.0.0": 14, "2.0.0": 10}
	stands := map[string]wanted{
		"same pin":             {version: "1.0.0", runs: only("1.0.0")},
		"newer":                {version: "3.0.0", plan: "deploy 1.0.0 3.0.0", writes: execute, runs: only("3.0.0")},
		"older deployed":       {version: "0.9.0", plan: "rollback 1.0.0 0.9.0", writes: execute, runs: only("0.9.0")},
		"older never deployed": {version: "0.8.0", plan: "deploy 1.0.0 0.8.0", writes: execute, runs: only("0.8.0")},
		"larger share":         {version: "1.0.0", percentage: 100, runs: only("1.0.0")},
		"smaller share":        {version: "1.0.0", percentage: 20, planFails: "A share cannot shrink", runs: only("1.0.0")},
		"destroy":              {runs: only("1.0.0")},
	}
	runMatrix(t, "staging", situations{
		"nothing": {
			prepare: func(r *rig) { r.deleteRollouts() },
			wants: map[string]wanted{
				"same pin":             {version: "1.0.0", plan: "create", does: "deploy  1.0.0", writes: execute, runs: only("1.0.0")},
				"newer":                {version: "3.0.0", plan: "create", does: "deploy  3.0.0", writes: execute, runs: only("3.0.0")},
				"older deployed":       {version: "0.9.0", plan: "create", does: "deploy  0.9.0", writes: execute, runs: only("0.9.0")},
				"older never deployed": {version: "0.8.0", plan: "create", does: "deploy  0.8.0", writes: execute, runs: only("0.8.0")},
				"larger share":         {version: "2.0.0", percentage: 60, plan: "create", does: "deploy  2.0.0", writes: execute, runs: map[string]int{"2.0.0": 14}},
				"smaller share":        {version: "2.0.0", percentage: 20, plan: "create", does: "deploy  2.0.0", writes: execute, runs: map[string]int{"2.0.0": 5}},
				"destroy":              {runs: map[string]int{}},
			},
		},
		"completed": {held: wanted{version: "1.0.0"}, wants: stands},
		"active at 40, ours": {
			held: wanted{version: "2.0.0", percentage: 40},
			wants: map[string]wanted{
				"same pin":             {version: "2.0.0", percentage: 40, runs: mixed},
				"newer":                {version: "3.0.0", plan: "deploy 2.0.0 3.0.0", writes: execute, runs: only("3.0.0")},
				"older deployed":       {version: "0.9.0", plan: "rollback 2.0.0 0.9.0", writes: execute, runs: only("0.9.0")},
				"older never deployed": {version: "0.8.0", plan: "deploy 2.0.0 0.8.0", writes: execute, runs: only("0.8.0")},
				"larger share":         {version: "2.0.0", percentage: 60, plan: "advance 2.0.0 2.0.0", writes: execute, runs: map[string]int{"1.0.0": 10, "2.0.0": 14}},
				"smaller share":        {version: "2.0.0", percentage: 20, planFails: "A share cannot shrink", runs: mixed},
				"destroy":              {runs: mixed},
			},
		},
		"active at 40, someone else's": {
			held: wanted{version: "1.0.0"}, prepare: func(r *rig) { r.execute("2.0.0", 40) },
			wants: map[string]wanted{
				"same pin":             {version: "1.0.0", plan: "rollback 2.0.0 1.0.0", writes: execute, runs: only("1.0.0")},
				"newer":                {version: "3.0.0", plan: "deploy 2.0.0 3.0.0", writes: execute, runs: only("3.0.0")},
				"older deployed":       {version: "0.9.0", plan: "rollback 2.0.0 0.9.0", writes: execute, runs: only("0.9.0")},
				"older never deployed": {version: "0.8.0", plan: "deploy 2.0.0 0.8.0", writes: execute, runs: only("0.8.0")},
				"larger share":         {version: "2.0.0", percentage: 60, plan: "advance 2.0.0 2.0.0", writes: execute, runs: map[string]int{"1.0.0": 10, "2.0.0": 14}},
				"smaller share":        {version: "2.0.0", percentage: 20, plan: "adopt 2.0.0 2.0.0", writes: execute, runs: mixed},
				"destroy":              {runs: mixed},
			},
		},
		// What happens to the fleet does not concern a group that has a version of its own.
		"the fleet is paused": {
			held: wanted{version: "1.0.0"}, prepare: func(r *rig) { r.rollOut("2.0.0", 40); r.verb("pause") }, wants: stands,
		},
		"the fleet is rolling back": {
			held: wanted{version: "1.0.0"},
			prepare: func(r *rig) {
				r.sb.Clock.Hold()
				r.sb.Do(r, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": "0.9.0"})
			},
			wants: stands,
		},
		"rolled back by hand": {
			held: wanted{version: "2.0.0"}, prepare: func(r *rig) { r.execute("1.0.0", 100) },
			wants: map[string]wanted{
				"same pin":             {version: "2.0.0", planFails: "The version was rolled back", runs: only("1.0.0")},
				"newer":                {version: "3.0.0", plan: "deploy 1.0.0 3.0.0", writes: execute, runs: only("3.0.0")},
				"older deployed":       {version: "0.9.0", plan: "rollback 1.0.0 0.9.0", writes: execute, runs: only("0.9.0")},
				"older never deployed": {version: "0.8.0", plan: "deploy 1.0.0 0.8.0", writes: execute, runs: only("0.8.0")},
				"larger share":         {version: "1.0.0", percentage: 60, plan: "adopt 1.0.0 1.0.0", writes: execute, runs: only("1.0.0")},
				"smaller share":        {version: "2.0.0", percentage: 20, planFails: "The version was rolled back", runs: only("1.0.0")},
				"destroy":              {runs: only("1.0.0")},
			},
		},
		"the fleet is rolled back automatically": {
			held: wanted{version: "1.0.0"},
			prepare: func(r *rig) {
				r.sb.Do(r, "PUT", "/api/v1/settings/demo", map[string]any{"auto_rollback_enabled": true})
				r.sb.SetHealth(phi, "2.0.0", sandbox.Health{ErrorPercent: 50})
				r.rollOut("2.0.0", 40)
				r.sb.Settle()
			},
			wants: stands,
		},
	})
}

func runMatrix(t *testing.T, group string, table situations) {
	t.Helper()
	for name, situation := range table {
		for want, w := range situation.wants {
			t.Run(name+"/"+want, func(t *testing.T) {
				t.Parallel()
				r := newRig(t, group)
				if situation.held.version != "" {
					r.apply(situation.held)
				}
				if situation.prepare != nil {
					situation.prepare(r)
				}
				r.sb.ClearLedger()
				if w.version == "" {
					r.destroys(w)
					return
				}
				r.reaches(w)
			})
		}
	}
}

func newRig(t *testing.T, group string, dialect ...sandbox.Dialect) *rig {
	t.Helper()
	sb := start(t, append(dialect, sandbox.DialectDocs)[0])
	for _, version := range []string{"0.8.0", "3.0.0"} {
		sb.Do(t, "POST", "/api/v1/models/phi-4-mini/versions", map[string]any{
			"version": version, "storage_path": "s3://models/phi/" + version, "format": "gguf", "checksum": "sha256:00", "size_bytes": 1,
		})
		sb.Do(t, "POST", "/api/v1/models/phi-4-mini/versions/"+version+"/publish", map[string]any{})
	}
	return &rig{T: t, sb: sb, core: sb.Core(t, "octomil_model_deployment"), group: group}
}

// apply brings the resource to a configuration; whatever goes wrong ends the test.
func (r *rig) apply(w wanted) {
	r.Helper()
	plan := r.core.Plan(r.config(w))
	if plan.Failed() {
		r.Fatalf("planning %s: %v", w.version, plan.Errors)
	}
	if said := r.core.Apply(plan); said.Failed() {
		r.Fatalf("applying %s: %v", w.version, said.Errors)
	}
}

func (r *rig) reaches(w wanted) {
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

func (r *rig) destroys(w wanted) {
	r.Helper()
	if said := r.core.Destroy(); said.Failed() {
		r.Fatalf("the destroy failed: %v", said.Errors)
	}
	r.sb.Clock.Release()
	r.expect(w)
}

func (r *rig) fails(said acctest.Diagnostics, words string) {
	r.Helper()
	if !strings.Contains(strings.Join(said.Errors, "\n"), words) {
		r.Errorf("the errors are %q; want %q", said.Errors, words)
	}
}

func (r *rig) unchanged(before map[string]any, w wanted) {
	r.Helper()
	if diff := cmp.Diff(before, r.core.State()); before != nil && diff != "" {
		r.Errorf("the state has changed: %s", diff)
	}
	r.sb.Clock.Release()
	r.expect(w)
}

// expect compares writes and devices.
func (r *rig) expect(w wanted) {
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

func (r *rig) rollOut(version string, share int) {
	r.Helper()
	r.sb.Do(r, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
		"version": version, "rollout_percentage": share, "target_percentage": 100, "increment_step": 10, "start_immediately": true,
	})
	r.sb.Settle()
}

func (r *rig) execute(version string, share int) {
	r.Helper()
	r.sb.Do(r, "POST", "/api/v1/deploy/execute", map[string]any{
		"model_id": modelID(r.T, r.sb), "model_name": phi, "version": version, "model_version": version, "group": r.group, "rollout_percentage": share,
	})
	r.sb.Settle()
}

func (r *rig) verb(verb string) {
	r.Helper()
	r.sb.Do(r, "POST", "/api/v1/models/phi-4-mini/rollouts/"+newest(r.T, r.sb)+"/"+verb, map[string]any{})
}

func (r *rig) deleteRollouts() {
	r.Helper()
	for _, rollout := range rollouts(r.T, r.sb) {
		r.sb.Do(r, "DELETE", fmt.Sprintf("/api/v1/models/phi-4-mini/rollouts/%v?force=true", rollout["id"]), nil)
	}
}
