package deployment_test

import (
	"maps"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// Every pair of what runs and what is wanted, for the fleet and for a group: the operation that the plan shows, what is written,
// what the devices run afterwards, and that the second plan is empty. Where the plan or the apply is an error, nothing changes.

// wanted is one configuration and its expected outcome.
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

// scenario is a state before the operation; held is the configuration applied before, with a version "" for none.
type scenario struct {
	held    wanted
	prepare func(*harness)
	wants   map[string]wanted
}

type scenarios map[string]scenario

func TestAccModelDeployment_fleetMatrix(t *testing.T) {
	t.Parallel()
	unmanaged := func(h *harness) { h.rollOut("2.0.0", 40) }
	rolledBackManually := func(h *harness) {
		h.sb.Do(h, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": "1.0.0", "reason": "slow"})
	}
	const cancelAndCreate = "DELETE cancel rollout, POST create rollout"
	mixed := map[string]int{"1.0.0": 74, "2.0.0": 50}
	rolledBack := map[string]wanted{
		"same pin":             {version: "2.0.0", planFails: "The version was rolled back", runs: all("1.0.0")},
		"newer":                {version: "3.0.0", plan: "deploy 1.0.0 3.0.0", writes: "POST create rollout", runs: all("3.0.0")},
		"older deployed":       {version: "0.9.0", plan: "rollback 1.0.0 0.9.0", writes: "POST roll back", runs: all("0.9.0")},
		"older never deployed": {version: "0.8.0", plan: "deploy 1.0.0 0.8.0", writes: "POST create rollout", runs: all("0.8.0")},
		"larger percentage":    {version: "1.0.0", percentage: 60, plan: "adopt 1.0.0 1.0.0", runs: all("1.0.0")},
		"smaller percentage":   {version: "2.0.0", percentage: 20, planFails: "The version was rolled back", runs: all("1.0.0")},
		"destroy":              {runs: all("1.0.0")},
	}
	rollingBack := maps.Clone(rolledBack)
	rollingBack["larger percentage"] = wanted{version: "1.0.0", percentage: 60, plan: "resume 1.0.0 1.0.0", runs: all("1.0.0")}
	runMatrix(t, "", scenarios{
		"nothing": {
			prepare: func(h *harness) { h.deleteRollouts() },
			wants: map[string]wanted{
				"same pin":             {version: "1.0.0", plan: "create", does: "deploy  1.0.0", writes: "POST create rollout", runs: all("1.0.0")},
				"newer":                {version: "3.0.0", plan: "create", does: "deploy  3.0.0", writes: "POST create rollout", runs: all("3.0.0")},
				"older deployed":       {version: "0.9.0", plan: "create", does: "deploy  0.9.0", writes: "POST create rollout", runs: all("0.9.0")},
				"older never deployed": {version: "0.8.0", plan: "create", does: "deploy  0.8.0", writes: "POST create rollout", runs: all("0.8.0")},
				"larger percentage":    {version: "2.0.0", percentage: 60, plan: "create", does: "deploy  2.0.0", writes: "POST create rollout", runs: map[string]int{"2.0.0": 74}},
				"smaller percentage":   {version: "2.0.0", percentage: 20, plan: "create", does: "deploy  2.0.0", writes: "POST create rollout", runs: map[string]int{"2.0.0": 25}},
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
				"larger percentage":    {version: "1.0.0", percentage: 100, runs: all("1.0.0")},
				"smaller percentage":   {version: "1.0.0", percentage: 20, planFails: "The rollout percentage cannot decrease", runs: all("1.0.0")},
				"destroy":              {runs: all("1.0.0")},
			},
		},
		"active at 40, managed": {
			held: wanted{version: "2.0.0", percentage: 40},
			wants: map[string]wanted{
				"same pin":             {version: "2.0.0", percentage: 40, runs: mixed},
				"newer":                {version: "3.0.0", plan: "deploy 2.0.0 3.0.0", writes: cancelAndCreate, runs: all("3.0.0")},
				"older deployed":       {version: "0.9.0", plan: "rollback 2.0.0 0.9.0", writes: "POST roll back", runs: all("0.9.0")},
				"older never deployed": {version: "0.8.0", plan: "deploy 2.0.0 0.8.0", writes: cancelAndCreate, runs: all("0.8.0")},
				"larger percentage":    {version: "2.0.0", percentage: 60, plan: "advance 2.0.0 2.0.0", writes: "POST update percentage", runs: map[string]int{"1.0.0": 50, "2.0.0": 74}},
				"smaller percentage":   {version: "2.0.0", percentage: 20, planFails: "The rollout percentage cannot decrease", runs: mixed},
				"destroy":              {runs: mixed},
			},
		},
		"active at 40, unmanaged": {
			held: wanted{version: "1.0.0"}, prepare: unmanaged,
			wants: map[string]wanted{
				"same pin":             {version: "1.0.0", plan: "rollback 2.0.0 1.0.0", writes: "POST roll back", runs: all("1.0.0")},
				"newer":                {version: "3.0.0", planFails: "Another rollout is in progress", runs: mixed},
				"older deployed":       {version: "0.9.0", plan: "rollback 2.0.0 0.9.0", writes: "POST roll back", runs: all("0.9.0")},
				"older never deployed": {version: "0.8.0", planFails: "Another rollout is in progress", runs: mixed},
				"larger percentage":    {version: "2.0.0", percentage: 60, plan: "advance 2.0.0 2.0.0", writes: "POST update percentage", runs: map[string]int{"1.0.0": 50, "2.0.0": 74}},
				"smaller percentage":   {version: "2.0.0", percentage: 20, plan: "adopt 2.0.0 2.0.0", runs: mixed},
				"destroy":              {runs: mixed},
			},
		},
		"paused": {
			held: wanted{version: "2.0.0", percentage: 40}, prepare: func(h *harness) { h.sb.Settle(); h.verb("pause") },
			wants: map[string]wanted{
				"same pin":             {version: "2.0.0", percentage: 40, runs: mixed},
				"newer":                {version: "3.0.0", plan: "deploy 2.0.0 3.0.0", writes: cancelAndCreate, runs: all("3.0.0")},
				"older deployed":       {version: "0.9.0", plan: "rollback 2.0.0 0.9.0", writes: "POST roll back", runs: all("0.9.0")},
				"older never deployed": {version: "0.8.0", plan: "deploy 2.0.0 0.8.0", writes: cancelAndCreate, runs: all("0.8.0")},
				"larger percentage":    {version: "2.0.0", percentage: 60, plan: "resume 2.0.0 2.0.0", applyFails: "The rollout is paused", runs: mixed},
				"smaller percentage":   {version: "2.0.0", percentage: 20, planFails: "The rollout percentage cannot decrease", runs: mixed},
				"destroy":              {runs: mixed},
			},
		},
		"rolling back": {
			held: wanted{version: "2.0.0"}, prepare: func(h *harness) { h.sb.Settle(); h.sb.Clock.Hold(); rolledBackManually(h) }, wants: rollingBack,
		},
		"rolled back manually": {
			held: wanted{version: "2.0.0"}, prepare: func(h *harness) { rolledBackManually(h); h.sb.Settle() }, wants: rolledBack,
		},
		"rolled back automatically": {
			held: wanted{version: "2.0.0"},
			prepare: func(h *harness) {
				h.sb.SetHealth(phi, "2.0.0", sandbox.Health{CrashPercent: 7})
				h.sb.Do(h, "PUT", "/api/v1/settings/demo", map[string]any{"auto_rollback_enabled": true})
				h.sb.Settle()
			},
			wants: rolledBack,
		},
	})
}

func TestAccModelDeployment_groupMatrix(t *testing.T) {
	t.Parallel()
	const execute = "POST execute deployment"
	only := func(version string) map[string]int { return map[string]int{version: 24} }
	mixed := map[string]int{"1.0.0": 14, "2.0.0": 10}
	stands := map[string]wanted{
		"same pin":             {version: "1.0.0", runs: only("1.0.0")},
		"newer":                {version: "3.0.0", plan: "deploy 1.0.0 3.0.0", writes: execute, runs: only("3.0.0")},
		"older deployed":       {version: "0.9.0", plan: "rollback 1.0.0 0.9.0", writes: execute, runs: only("0.9.0")},
		"older never deployed": {version: "0.8.0", plan: "deploy 1.0.0 0.8.0", writes: execute, runs: only("0.8.0")},
		"larger percentage":    {version: "1.0.0", percentage: 100, runs: only("1.0.0")},
		"smaller percentage":   {version: "1.0.0", percentage: 20, planFails: "The rollout percentage cannot decrease", runs: only("1.0.0")},
		"destroy":              {runs: only("1.0.0")},
	}
	runMatrix(t, "staging", scenarios{
		"nothing": {
			prepare: func(h *harness) { h.deleteRollouts() },
			wants: map[string]wanted{
				"same pin":             {version: "1.0.0", plan: "create", does: "deploy  1.0.0", writes: execute, runs: only("1.0.0")},
				"newer":                {version: "3.0.0", plan: "create", does: "deploy  3.0.0", writes: execute, runs: only("3.0.0")},
				"older deployed":       {version: "0.9.0", plan: "create", does: "deploy  0.9.0", writes: execute, runs: only("0.9.0")},
				"older never deployed": {version: "0.8.0", plan: "create", does: "deploy  0.8.0", writes: execute, runs: only("0.8.0")},
				"larger percentage":    {version: "2.0.0", percentage: 60, plan: "create", does: "deploy  2.0.0", writes: execute, runs: map[string]int{"2.0.0": 14}},
				"smaller percentage":   {version: "2.0.0", percentage: 20, plan: "create", does: "deploy  2.0.0", writes: execute, runs: map[string]int{"2.0.0": 5}},
				"destroy":              {runs: map[string]int{}},
			},
		},
		"completed": {held: wanted{version: "1.0.0"}, wants: stands},
		"active at 40, managed": {
			held: wanted{version: "2.0.0", percentage: 40},
			wants: map[string]wanted{
				"same pin":             {version: "2.0.0", percentage: 40, runs: mixed},
				"newer":                {version: "3.0.0", plan: "deploy 2.0.0 3.0.0", writes: execute, runs: only("3.0.0")},
				"older deployed":       {version: "0.9.0", plan: "rollback 2.0.0 0.9.0", writes: execute, runs: only("0.9.0")},
				"older never deployed": {version: "0.8.0", plan: "deploy 2.0.0 0.8.0", writes: execute, runs: only("0.8.0")},
				"larger percentage":    {version: "2.0.0", percentage: 60, plan: "advance 2.0.0 2.0.0", writes: execute, runs: map[string]int{"1.0.0": 10, "2.0.0": 14}},
				"smaller percentage":   {version: "2.0.0", percentage: 20, planFails: "The rollout percentage cannot decrease", runs: mixed},
				"destroy":              {runs: mixed},
			},
		},
		"active at 40, unmanaged": {
			held: wanted{version: "1.0.0"}, prepare: func(h *harness) { h.execute("2.0.0", 40) },
			wants: map[string]wanted{
				"same pin":             {version: "1.0.0", plan: "rollback 2.0.0 1.0.0", writes: execute, runs: only("1.0.0")},
				"newer":                {version: "3.0.0", plan: "deploy 2.0.0 3.0.0", writes: execute, runs: only("3.0.0")},
				"older deployed":       {version: "0.9.0", plan: "rollback 2.0.0 0.9.0", writes: execute, runs: only("0.9.0")},
				"older never deployed": {version: "0.8.0", plan: "deploy 2.0.0 0.8.0", writes: execute, runs: only("0.8.0")},
				"larger percentage":    {version: "2.0.0", percentage: 60, plan: "advance 2.0.0 2.0.0", writes: execute, runs: map[string]int{"1.0.0": 10, "2.0.0": 14}},
				"smaller percentage":   {version: "2.0.0", percentage: 20, plan: "adopt 2.0.0 2.0.0", writes: execute, runs: mixed},
				"destroy":              {runs: mixed},
			},
		},
		// What happens to the fleet does not concern a group that has a version of its own.
		"the fleet is paused": {
			held: wanted{version: "1.0.0"}, prepare: func(h *harness) { h.rollOut("2.0.0", 40); h.verb("pause") }, wants: stands,
		},
		"the fleet is rolling back": {
			held: wanted{version: "1.0.0"},
			prepare: func(h *harness) {
				h.sb.Clock.Hold()
				h.sb.Do(h, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": "0.9.0"})
			},
			wants: stands,
		},
		"rolled back manually": {
			held: wanted{version: "2.0.0"}, prepare: func(h *harness) { h.execute("1.0.0", 100) },
			wants: map[string]wanted{
				"same pin":             {version: "2.0.0", planFails: "The version was rolled back", runs: only("1.0.0")},
				"newer":                {version: "3.0.0", plan: "deploy 1.0.0 3.0.0", writes: execute, runs: only("3.0.0")},
				"older deployed":       {version: "0.9.0", plan: "rollback 1.0.0 0.9.0", writes: execute, runs: only("0.9.0")},
				"older never deployed": {version: "0.8.0", plan: "deploy 1.0.0 0.8.0", writes: execute, runs: only("0.8.0")},
				"larger percentage":    {version: "1.0.0", percentage: 60, plan: "adopt 1.0.0 1.0.0", writes: execute, runs: only("1.0.0")},
				"smaller percentage":   {version: "2.0.0", percentage: 20, planFails: "The version was rolled back", runs: only("1.0.0")},
				"destroy":              {runs: only("1.0.0")},
			},
		},
		"the fleet is rolled back automatically": {
			held: wanted{version: "1.0.0"},
			prepare: func(h *harness) {
				h.sb.Do(h, "PUT", "/api/v1/settings/demo", map[string]any{"auto_rollback_enabled": true})
				h.sb.SetHealth(phi, "2.0.0", sandbox.Health{ErrorPercent: 50})
				h.rollOut("2.0.0", 40)
				h.sb.Settle()
			},
			wants: stands,
		},
	})
}

// runMatrix runs every scenario on an ordinary server and on one that has all variants.
func runMatrix(t *testing.T, group string, table scenarios) {
	t.Helper()
	for name, before := range table {
		for want, w := range before.wants {
			t.Run(name+"/"+want, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { before.reach(virtualHarness(t, group), w) })
			})
			t.Run("variants/"+name+"/"+want, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { before.reach(virtualHarness(t, group, sandbox.Variants()...), w) })
			})
		}
	}
}

// reach brings the server to what runs before, and from there to what is wanted.
func (s scenario) reach(r *harness, w wanted) {
	r.Helper()
	if s.held.version != "" {
		r.apply(s.held)
	}
	if s.prepare != nil {
		s.prepare(r)
	}
	r.sb.ClearLedger()
	if w.version == "" {
		r.destroys(w)
		return
	}
	r.reaches(w)
}
