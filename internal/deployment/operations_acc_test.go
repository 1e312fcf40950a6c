package deployment_test

import (
	"maps"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// An operation is run by a plan and an apply, by a destroy, or by an action.
func everyOperation() map[string]guardedOperation {
	all := maps.Clone(guardedOperations)
	destroyed := func(group, mode string, w wanted) guardedOperation {
		return guardedOperation{group: group, w: w, destroys: true, more: map[string]any{"on_destroy": mode}, prepare: func(r *harness) {
			r.succeeds(r.core.Plan(r.with(wanted{version: "1.0.0"}, map[string]any{"on_destroy": mode})))
			r.succeeds(r.core.Plan(r.with(w, map[string]any{"on_destroy": mode})))
		}}
	}
	paused := func(r *harness) {
		r.apply(wanted{version: "1.0.0"})
		r.rollOut("2.0.0", 40)
	}
	all["a destroy that rolls back"] = destroyed("", "rollback", wanted{version: "2.0.0"})
	all["a destroy that cancels"] = destroyed("", "cancel", wanted{version: "2.0.0", percentage: 40})
	all["a destroy that cancels nothing"] = destroyed("", "cancel", wanted{version: "2.0.0"})
	all["a destroy that keeps"] = destroyed("", "keep", wanted{version: "2.0.0", percentage: 40})
	all["a destroy that rolls a group back"] = destroyed("staging", "rollback", wanted{version: "2.0.0"})
	all["a destroy that cannot cancel a group"] = destroyed("staging", "cancel", wanted{version: "2.0.0", percentage: 25})
	all["a destroy that keeps a group"] = destroyed("staging", "keep", wanted{version: "2.0.0"})
	all["an adoption"] = guardedOperation{prepare: func(*harness) {}, w: wanted{version: "1.0.0"}}
	all["an adoption of a group"] = guardedOperation{group: "staging", prepare: func(*harness) {}, w: wanted{version: "1.0.0"}}
	all["a pause"] = guardedOperation{
		prepare: func(r *harness) { r.apply(wanted{version: "2.0.0", percentage: 40}) }, w: wanted{version: "2.0.0", percentage: 40},
		more: map[string]any{"paused": true},
	}
	all["a deploy over a rollout of another client"] = guardedOperation{
		prepare: paused, w: wanted{version: "3.0.0", percentage: 10}, more: map[string]any{"supersede": true},
	}
	all["a rollback in the middle of a rollout"] = guardedOperation{prepare: paused, w: wanted{version: "1.0.0"}}
	all["a start of a prepared rollout"] = guardedOperation{prepare: func(r *harness) {
		r.apply(wanted{version: "1.0.0"})
		pendOther(r.T, r.sb)
	}, w: wanted{version: "2.0.0"}}
	all["an older version that was never deployed"] = guardedOperation{prepare: func(r *harness) { r.apply(wanted{version: "1.0.0"}) }, w: wanted{version: "0.8.0"}}
	all["an update that is not waited for"] = guardedOperation{
		prepare: func(r *harness) { r.apply(wanted{version: "1.0.0"}) }, w: wanted{version: "2.0.0"}, more: map[string]any{"wait_for": "accepted"},
	}
	return all
}

// devices are those of a harness by version.
func (r *harness) devices() map[string]int {
	if r.group != "" {
		return r.sb.GroupFleet(phi, r.group).Versions
	}
	return r.sb.Fleet(phi).Versions
}

// switched is how many devices have got another version.
func switched(before, after map[string]int) (n int) {
	for version, count := range after {
		n += max(0, count-before[version])
	}
	return n
}

// counted finds the number of devices in a warning.
var counted = regexp.MustCompile(`(?:All (\d+) devices|(\d+) of \d+ devices) of the (?:fleet|group staging)`)

// warned is the number of devices that warnings name, -1 where there is none.
func warned(t *testing.T, warnings []string) int {
	t.Helper()
	found := -1
	for _, text := range warnings {
		m := counted.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		n, err := strconv.Atoi(m[1] + m[2])
		if err != nil || found >= 0 {
			t.Errorf("the warnings are %q", warnings)
		}
		found = n
	}
	return found
}

// announced is the number of devices that last_operation has, and the warnings, if they name one; -1 where there is none.
func (r *harness) announced(last any, warnings []string) int {
	r.Helper()
	said := warned(r.T, warnings)
	operation, _ := last.(map[string]any)
	devices, known := operation["devices"].(float64)
	switch {
	case !known || devices == 0 && said < 0:
		return said
	case said >= 0 && said != int(devices):
		r.Errorf("last_operation is %v, and the warnings are %q", last, warnings)
	}
	return int(devices)
}

// run plans an operation with a limit, -1 for none, and applies it. The warnings are those of the plan; what it says of the operation, or the
// state of a new resource does, is left in said.
func (o guardedOperation) run(r *harness, limit int) (diags acctest.Diagnostics) {
	more := map[string]any{}
	if limit >= 0 {
		more["max_affected_devices"] = limit
	}
	if !o.destroys {
		plan := r.core.Plan(o.config(r, more))
		if plan.Failed() {
			return plan.Diagnostics
		}
		diags = r.core.Apply(plan)
		diags.Warnings = plan.Warnings
		if r.said = plan.Planned["last_operation"]; r.said == acctest.Unknown {
			r.said = r.core.State()["last_operation"]
		}
		return diags
	}
	if limit >= 0 {
		r.succeeds(r.core.Plan(o.config(r, more)))
		r.sb.ClearLedger()
		r.core.Configure(nil, nil)
	}
	return r.core.Destroy()
}

// Every operation that gives devices another version says in its plan how many, and respects max_affected_devices; one that does not says
// nothing of devices, and max_affected_devices does not stop it. A percentage may be one device off, since servers round.
func TestAccModelDeployment_everyOperationIsCounted(t *testing.T) {
	t.Parallel()
	for name, operation := range everyOperation() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				begin := func() (r *harness, devices map[string]int) {
					r = virtualHarness(t, operation.group)
					operation.prepare(r)
					r.sb.Settle()
					r.sb.ClearLedger()
					r.core.Configure(nil, nil) // another command
					devices = r.devices()
					return r, devices
				}
				r, before := begin()
				diags := operation.run(r, -1)
				if diags.Failed() {
					t.Fatal(diags.Errors)
				}
				r.sb.Settle()
				r.sb.Settle()
				n, said := switched(before, r.devices()), r.announced(r.said, diags.Warnings)
				if n == 0 {
					if r, _ := begin(); said >= 0 || operation.runFails(r, 0) {
						t.Errorf("no device changes, but the plan warns %q", diags.Warnings)
					}
					return
				}
				isMidway := name == "a rollback in the middle of a rollout" // which counts also the devices that have not got the newer version yet
				if said < n-1 || said > n+1 && !isMidway {
					t.Errorf("%d devices change, but the plan says %v and warns %q", n, r.said, diags.Warnings)
				}
				r, _ = begin()
				diags = operation.run(r, said-1)
				r.fails(diags, "max_affected_devices: Too many devices would change: ")
				r.fails(diags, "changes "+strconv.Itoa(said)+" device")
				if len(r.sb.Writes()) > 0 {
					t.Errorf("wrote %v", r.sb.Writes())
				}
				onlyAhead := strings.Contains(name, "a rollback") || operation.destroys
				if onlyAhead && strings.Contains(strings.Join(diags.Errors, "\n"), "rollout.percentage") {
					t.Errorf("a rollback is advised to decrease the percentage: %s", diags.Errors)
				}
				if r, _ := begin(); operation.runFails(r, said) {
					t.Errorf("a limit of %d devices stops the operation", said)
				}
			})
		})
	}
}

func (o guardedOperation) runFails(r *harness, limit int) bool {
	diags := o.run(r, limit)
	if diags.Failed() {
		r.Logf("the errors are %q", diags.Errors)
	}
	return diags.Failed()
}

// Every action says in its plan how many devices it gives another version, and in its messages.
func TestAccRolloutActions_everyActionIsCounted(t *testing.T) {
	t.Parallel()
	for action, c := range map[string]struct {
		prepare func(r *harness)
		config  config
		group   string
	}{
		"octomil_rollback": {prepare: func(r *harness) { r.apply(wanted{version: "2.0.0"}) }},
		"octomil_rollback of a group": {
			group: "staging", prepare: func(r *harness) { r.apply(wanted{version: "2.0.0"}) }, config: config{"group": "staging", "to_version": "1.0.0"},
		},
		"octomil_rollout_advance": {prepare: func(r *harness) { r.rollOut("2.0.0", 40) }},
		"octomil_rollout_cancel":  {prepare: func(r *harness) { r.rollOut("2.0.0", 40) }},
		"octomil_rollout_start":   {prepare: func(r *harness) { pendOther(r.T, r.sb) }},
		"octomil_rollout_pause":   {prepare: func(r *harness) { r.rollOut("2.0.0", 40) }},
		"octomil_rollout_resume":  {prepare: func(r *harness) { r.rollOut("2.0.0", 40); r.verb("pause") }},
	} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := virtualHarness(t, c.group)
				c.prepare(r)
				r.sb.Settle()
				before := r.devices()
				values := config{"model": phi}
				maps.Copy(values, c.config)
				name, _, _ := strings.Cut(action, " ")
				progress, diags := r.sb.Invoke(t, name, values)
				if diags.Failed() {
					t.Fatal(diags.Errors)
				}
				r.sb.Settle()
				n := switched(before, r.devices())
				if said := warned(t, diags.Warnings); n == 0 && said >= 0 || n > 0 && (said < n-1 || said > n+1) {
					t.Errorf("%d devices change, but the plan warns %q", n, diags.Warnings)
				}
				if said := warned(t, progress[1:2]); n == 0 && said >= 0 || n > 0 && (said < n-1 || said > n+1) {
					t.Errorf("%d devices change, but the action says %q", n, progress)
				}
			})
		})
	}
}
