package deployment_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

type config = map[string]any

// begin starts a rollout of 2.0.0, outside of Terraform, and lets the devices follow.
func begin(t *testing.T, sb *acctest.Sandbox, percentage, target int) (id string) {
	t.Helper()
	sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
		"version": "2.0.0", "rollout_percentage": percentage, "target_percentage": target, "increment_step": 10, "start_immediately": true,
	})
	sb.Settle()
	sb.ClearLedger()
	return newest(t, sb)
}

// stagingAt assigns 2.0.0 to a percentage of the group.
func stagingAt(t *testing.T, sb *acctest.Sandbox, percentage int) {
	t.Helper()
	sb.Do(t, "POST", "/api/v1/deploy/execute", map[string]any{
		"model_id": modelID(t, sb), "model_name": phi, "version": "2.0.0", "model_version": "2.0.0", "group": "staging",
		"rollout_percentage": percentage, "strategy": "immediate",
	})
	sb.Settle()
	sb.ClearLedger()
}

// invoked runs an action that is to succeed, and holds what it wrote against what is wanted.
func invoked(t *testing.T, sb *acctest.Sandbox, action string, c config, writes ...string) (progress []string) {
	t.Helper()
	sb.ClearLedger()
	progress, said := sb.Invoke(t, action, c)
	if said.Failed() {
		t.Fatalf("%s failed: %v", action, said.Errors)
	}
	if diff := cmp.Diff(writes, sb.Writes()); diff != "" {
		t.Errorf("writes of %s (-want +got):\n%s", action, diff)
	}
	return progress
}

// refuses runs an action that must fail with these words and write nothing.
func refuses(t *testing.T, sb *acctest.Sandbox, action string, c config, words ...string) {
	t.Helper()
	sb.ClearLedger()
	progress, said := sb.Invoke(t, action, c)
	if len(said.Errors) != 1 {
		t.Fatalf("%s of %v says %q; want one error", action, c, said.Errors)
	}
	for _, word := range words {
		if !strings.Contains(said.Errors[0], word) {
			t.Errorf("%s of %v says %q; want %q in it", action, c, said.Errors[0], word)
		}
	}
	if len(sb.Writes()) > 0 || len(progress) > 0 {
		t.Errorf("%s of %v wrote %v and said %v; want nothing", action, c, sb.Writes(), progress)
	}
}

// firstAndLast holds the messages of an action against what it is to say at the beginning and in the end.
func firstAndLast(t *testing.T, progress []string, first, last string) {
	t.Helper()
	if len(progress) < 2 || progress[0] != first || progress[len(progress)-1] != last {
		t.Errorf("the action said %q; want %q first and %q last", progress, first, last)
	}
}

func rollbackWrites(dialect sandbox.Dialect, open bool) []string {
	switch {
	case dialect == sandbox.DialectDocs:
		return []string{"POST roll back"}
	case open:
		return []string{"DELETE cancel rollout", "POST create rollout"}
	}
	return []string{"POST create rollout"}
}

func TestAccRollbackAction_fleet(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		begin(t, sb, 40, 100)
		sb.ExpectFleet(t, phi, map[string]int{"1.0.0": 74, "2.0.0": 50})

		progress := invoked(t, sb, "octomil_rollback", config{"model": phi, "reason": "INC-7"}, rollbackWrites(dialect, true)...)
		firstAndLast(t, progress, "Going to roll 2.0.0 back to 1.0.0 on the fleet", "124 of 124 devices run 1.0.0")
		sb.ExpectFleet(t, phi, map[string]int{"1.0.0": 124})
		if dialect == sandbox.DialectDocs && rollouts(t, sb)[0]["rollback_reason"] != "INC-7" {
			t.Errorf("the reason did not reach the server: %v", rollouts(t, sb)[0])
		}

		refuses(t, sb, "octomil_rollback", config{"model": phi}, "to_version: The fleet was already rolled back", "2.0.0 was rolled back",
			"targeted version of the fleet is now 1.0.0")
		invoked(t, sb, "octomil_rollback", config{"model": modelID(t, sb), "to_version": "0.9.0"}, rollbackWrites(dialect, false)...)
		sb.ExpectFleet(t, phi, map[string]int{"0.9.0": 124})
	})
}

func TestAccRollbackAction_offlineDevices(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	begin(t, sb, 100, 100)
	sb.SetOffline(50)
	progress := invoked(t, sb, "octomil_rollback", config{"model": phi}, "POST roll back")
	firstAndLast(t, progress, "Going to roll 2.0.0 back to 1.0.0 on the fleet",
		"62 of 124 devices run 1.0.0; the remaining devices follow when they are reachable")
}

func TestAccRollbackAction_accepted(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	begin(t, sb, 100, 100)
	sb.Clock.Hold()
	progress := invoked(t, sb, "octomil_rollback", config{"model": phi, "wait_for": "accepted", "timeout": "20s"}, "POST roll back")
	firstAndLast(t, progress, "Going to roll 2.0.0 back to 1.0.0 on the fleet", "Accepted; not waited for")
	sb.ExpectFleet(t, phi, map[string]int{"2.0.0": 124})
}

func TestAccRollbackAction_group(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		stagingAt(t, sb, 25)
		sb.ExpectFleet(t, phi, map[string]int{"1.0.0": 118, "2.0.0": 6})

		back := config{"model": phi, "group": "staging", "to_version": "1.0.0"}
		progress := invoked(t, sb, "octomil_rollback", back, "POST execute deployment")
		firstAndLast(t, progress, "Going to roll 2.0.0 back to 1.0.0 on the group staging", "24 of 24 devices are assigned 1.0.0")
		sb.Settle()
		sb.ExpectFleet(t, phi, map[string]int{"1.0.0": 124})

		refuses(t, sb, "octomil_rollback", back, "to_version: The version is already targeted", "the group staging")
		refuses(t, sb, "octomil_rollback", config{"model": phi, "group": "stagin", "to_version": "0.9.0"},
			"group: The device group does not exist", "staging")
		refuses(t, sb, "octomil_rollback", config{"model": phi, "group": "staging"}, `"to_version" must be specified`)
	})
}

func TestAccRollbackAction_emptyGroup(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	sb.Do(t, "POST", "/api/v1/device-groups", map[string]any{"org_id": "demo", "name": "empty", "group_type": "static"})
	refuses(t, sb, "octomil_rollback", config{"model": phi, "group": "empty", "to_version": "0.9.0"},
		"group: Nothing is deployed", "No device of the group empty")
}

func TestAccRolloutActions_lifecycle(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		id := begin(t, sb, 40, 100)
		rollout := "Rollout " + id + " of 2.0.0 is "
		is := func(status string, percentage float64) {
			t.Helper()
			now := sb.Do(t, "GET", "/api/v1/models/phi-4-mini/rollouts/"+id, nil)
			if got := now["status"]; got != status {
				t.Errorf("the rollout is %v; want %s", got, status)
			}
			if got, _ := now["percentage"].(float64); got != percentage {
				t.Errorf("the rollout is at %v percent; want %g", now["percentage"], percentage)
			}
		}

		firstAndLast(t, invoked(t, sb, "octomil_rollout_pause", config{"model": phi}, "POST pause rollout"),
			"Going to pause rollout "+id+" of 2.0.0", rollout+"paused at 40 percent: 50 of 50 devices run 2.0.0")
		is("paused", 40)
		refuses(t, sb, "octomil_rollout_pause", config{"model": phi}, "model: No rollout is active", rollout+"paused at 40 percent")
		refuses(t, sb, "octomil_rollout_advance", config{"model": phi}, "model: The rollout is paused", "octomil_rollout_resume")

		firstAndLast(t, invoked(t, sb, "octomil_rollout_resume", config{"model": phi}, "POST resume rollout"),
			"Going to resume rollout "+id+" of 2.0.0", rollout+"active at 40 percent: 50 of 50 devices run 2.0.0")
		is("active", 40)
		refuses(t, sb, "octomil_rollout_resume", config{"model": phi}, "model: No rollout is paused", rollout+"active at 40 percent")

		progress := invoked(t, sb, "octomil_rollout_advance", config{"model": phi, "percentage": 60, "reason": "looks good"}, "POST update percentage")
		if want := "Going to advance rollout " + id + " of 2.0.0 from 40 to 60 percent"; progress[0] != want {
			t.Errorf("the action said %q; want %q first", progress, want)
		}
		is("active", 60)
		invoked(t, sb, "octomil_rollout_advance", config{"model": phi}, "POST advance rollout")
		is("active", 70)

		firstAndLast(t, invoked(t, sb, "octomil_rollout_cancel", config{"model": phi, "rollout_id": id}, "DELETE cancel rollout"),
			"Going to cancel rollout "+id+" of 2.0.0 at 70 percent", "Rollout "+id+" of 2.0.0 is canceled; the targeted version of the fleet is 1.0.0")
		sb.Settle()
		sb.ExpectFleet(t, phi, map[string]int{"1.0.0": 124})
		refuses(t, sb, "octomil_rollout_cancel", config{"model": phi}, "model: No rollout is in progress", "of 1.0.0, is completed")
	})
}

func TestAccRolloutAdvanceAction_allDevices(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		id := begin(t, sb, 95, 100)
		progress := invoked(t, sb, "octomil_rollout_advance", config{"model": phi}, "POST advance rollout")
		firstAndLast(t, progress, "Going to advance rollout "+id+" of 2.0.0 by one step from 95 percent",
			"Rollout "+id+" of 2.0.0 is completed at 100 percent: 124 of 124 devices run 2.0.0")
		sb.ExpectFleet(t, phi, map[string]int{"2.0.0": 124})
	})
}

// Each action looks at what it needs before it writes anything.
func TestAccRolloutActions_preconditions(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		sb.ClearLedger()
		for _, action := range []string{
			"octomil_rollout_start", "octomil_rollout_pause", "octomil_rollout_resume", "octomil_rollout_advance", "octomil_rollout_cancel",
		} {
			refuses(t, sb, action, config{"model": phi}, "model: No rollout is in progress", "The last one, of 1.0.0, is completed")
			refuses(t, sb, action, config{"model": "phi-4-mni"}, "model: The model does not exist", "phi-4-mini")
			refuses(t, sb, action, config{"model": phi, "timeout": "0s"}, "timeout: Invalid duration")
		}
		refuses(t, sb, "octomil_rollback", config{"model": "phi-4-mni"}, "model: The model does not exist", "phi-4-mini")
		refuses(t, sb, "octomil_rollback", config{"model": phi, "to_version": "1.0.0"}, "to_version: The version is already targeted",
			"completed at 100 percent")
		refuses(t, sb, "octomil_rollback", config{"model": phi, "to_version": "2.0.0"}, "to_version: The version was never deployed",
			"Deployed versions: 0.9.0, 1.0.0", "octomil_model_deployment")
		refuses(t, sb, "octomil_rollback", config{"model": phi, "to_version": "0.9.1"}, "to_version: The version does not exist", "0.9.0")
		refuses(t, sb, "octomil_rollout_cancel", config{"model": phi, "rollout_id": "77"}, "rollout_id: The rollout does not exist")
		refuses(t, sb, "octomil_rollout_cancel", config{"model": phi, "rollout_id": newest(t, sb)},
			"rollout_id: The rollout is not in progress", "octomil_rollback")
		refuses(t, sb, "octomil_rollout_advance", config{"model": phi, "percentage": 101}, "percentage: Invalid Attribute Value")
		sb.Do(t, "POST", "/api/v1/models/phi-4-mini/versions/0.9.0/deprecate", nil)
		refuses(t, sb, "octomil_rollback", config{"model": phi}, "to_version: The version is deprecated", "Pin another version")
		sb.ExpectFleet(t, phi, map[string]int{"1.0.0": 124})

		half := start(t, dialect)
		id := begin(t, half, 40, 50)
		refuses(t, half, "octomil_rollout_advance", config{"model": phi, "percentage": 60}, "percentage: The percentage is too high", "its target is 50 percent")
		refuses(t, half, "octomil_rollout_advance", config{"model": phi, "percentage": 40}, "percentage: The rollout percentage cannot decrease", "Rollout "+id)
		invoked(t, half, "octomil_rollout_advance", config{"model": phi, "percentage": 50}, "POST update percentage")
		refuses(t, half, "octomil_rollout_advance", config{"model": phi}, "model: The rollout has reached its target percentage")
		invoked(t, half, "octomil_rollback", config{"model": phi}, rollbackWrites(dialect, true)...)
		half.ExpectFleet(t, phi, map[string]int{"1.0.0": 124})
	})
}

func TestAccRolloutActions_notDeployed(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs, func(o *sandbox.Options) { o.Empty = true })
	sb.Do(t, "POST", "/api/v1/models?org_id=demo", map[string]any{"name": phi, "framework": "gguf", "use_case": "text_generation"})
	refuses(t, sb, "octomil_rollback", config{"model": phi}, "model: Nothing is deployed")
	refuses(t, sb, "octomil_rollout_cancel", config{"model": phi}, "model: No rollout is in progress", "Nothing is deployed")
}

// A rollout that was created and not started can be canceled or started, and nothing else.
func TestAccRolloutActions_pending(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
			"version": "2.0.0", "rollout_percentage": 40, "target_percentage": 100, "increment_step": 10, "start_immediately": false,
		})
		for _, action := range []string{"octomil_rollout_pause", "octomil_rollout_resume", "octomil_rollout_advance"} {
			refuses(t, sb, action, config{"model": phi}, "model: No rollout is ", "of 2.0.0 is pending at 40 percent")
		}
		invoked(t, sb, "octomil_rollout_cancel", config{"model": phi}, "DELETE cancel rollout")
		sb.ExpectFleet(t, phi, map[string]int{"1.0.0": 124})

		pendOther(t, sb)
		id := newest(t, sb)
		progress := invoked(t, sb, "octomil_rollout_start", config{"model": phi}, "POST start rollout")
		if want := "Going to start rollout " + id + " of 2.0.0 at 40 percent"; progress[0] != want {
			t.Errorf("the action said %q; want %q first", progress, want)
		}
		sb.Settle()
		sb.ExpectFleet(t, phi, map[string]int{"1.0.0": 74, "2.0.0": 50})
		refuses(t, sb, "octomil_rollout_start", config{"model": phi}, "model: No rollout is pending", "of 2.0.0 is active at 40 percent")
	})
}

// Where the control plane allows several rollouts, the pending one is started, also if it is older than one in progress.
func TestAccRolloutStartAction_amongOthers(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect, func(o *sandbox.Options) { o.Variants = []sandbox.Variant{sandbox.ConcurrentRollouts} })
		pendOther(t, sb)
		pending := newest(t, sb)
		sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
			"version": "0.9.0", "rollout_percentage": 10, "target_percentage": 100, "increment_step": 10, "start_immediately": true,
		})
		sb.Settle()
		progress := invoked(t, sb, "octomil_rollout_start", config{"model": phi}, "POST start rollout")
		if want := "Going to start rollout " + pending + " of 2.0.0 at 40 percent"; progress[0] != want {
			t.Errorf("the action said %q; want %q first", progress, want)
		}
	})
}

// A server that counts no devices leaves the messages to what it does tell.
func TestAccRollbackAction_withoutCounts(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	id := begin(t, sb, 40, 100)
	sb.AddFault(sandbox.Fault{Method: "GET", Path: "models/*/rollouts/*/affected-devices", Times: -1, Status: 404, Body: `{"detail":"Not Found"}`})
	progress := invoked(t, sb, "octomil_rollout_advance", config{"model": phi}, "POST advance rollout")
	firstAndLast(t, progress, "Going to advance rollout "+id+" of 2.0.0 by one step from 40 percent", "Rollout "+id+" of 2.0.0 is active at 50 percent")
	progress = invoked(t, sb, "octomil_rollback", config{"model": phi}, "POST roll back")
	firstAndLast(t, progress, "Going to roll 2.0.0 back to 1.0.0 on the fleet", "Rollout "+newest(t, sb)+" of 1.0.0 is completed at 100 percent")
}

func TestAccRollbackAction_newerVersion(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	begin(t, sb, 100, 100)
	invoked(t, sb, "octomil_rollback", config{"model": phi}, "POST roll back")
	refuses(t, sb, "octomil_rollback", config{"model": phi, "to_version": "2.0.0"}, "to_version: This is not a rollback", "2.0.0 is newer than 1.0.0")
}

// A plan says what would happen, and calls nothing a mistake that may be right once it is carried out.
func TestAccRolloutActions_plan(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	_, said := sb.Invoke(t, "octomil_rollout_pause", config{"model": phi})
	if len(said.Warnings) != 1 || !strings.HasPrefix(said.Warnings[0], "model: No rollout is in progress: In the current state, the action would fail: ") {
		t.Errorf("the plan warned %q", said.Warnings)
	}
	begin(t, sb, 100, 100)
	if _, said = sb.Invoke(t, "octomil_rollback", config{"model": phi}); len(said.Warnings) != 1 ||
		!strings.HasPrefix(said.Warnings[0], "The action will roll 2.0.0 back to 1.0.0 on the fleet: ") {
		t.Errorf("the plan warned %q", said.Warnings)
	}
}
