package deployment_test

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

func concurrent(t *testing.T, dialect sandbox.Dialect) *harness {
	t.Helper()
	return newHarnessOn(t, "", dialect, sandbox.ConcurrentRollouts)
}

// Octomil's command line rolls back by a plain rollout of the older version, in the middle of the one in progress, which stays open on a
// server that allows several. The newest one decides; what is older changes neither state nor plan, and the next deploy ends it.
//
// CONTRACT.md 3.71, 3.74, 3.75, 8.26
func TestAccModelDeployment_concurrentRollouts(t *testing.T) {
	t.Parallel()
	const cancelAndCreate = "DELETE cancel rollout, POST create rollout"
	ours := wanted{version: "2.0.0", percentage: 40}
	olderOnTop := func(r *harness) { r.rollOut("1.0.0", 100) }
	const rolledBack = "The version was rolled back"
	replaced := map[string]wanted{
		"same pin":             {version: "2.0.0", percentage: 40, planFails: rolledBack, runs: all("1.0.0")},
		"larger percentage":    {version: "2.0.0", percentage: 60, planFails: rolledBack, runs: all("1.0.0")},
		"what runs":            {version: "1.0.0", plan: "adopt 1.0.0 1.0.0", runs: all("1.0.0")},
		"newer":                {version: "3.0.0", plan: "deploy 1.0.0 3.0.0", writes: cancelAndCreate, runs: all("3.0.0")},
		"older deployed":       {version: "0.9.0", plan: "rollback 1.0.0 0.9.0", writes: "POST roll back", runs: all("0.9.0")},
		"older never deployed": {version: "0.8.0", plan: "deploy 1.0.0 0.8.0", writes: cancelAndCreate, runs: all("0.8.0")},
		"destroy":              {runs: all("1.0.0")},
	}
	three := map[string]int{"1.0.0": 74, "2.0.0": 38, "3.0.0": 12}
	table := scenarios{
		"an older version on top":                  {held: ours, prepare: olderOnTop, wants: replaced},
		"an older version on top, ours was paused": {held: ours, prepare: func(r *harness) { r.verb("pause"); olderOnTop(r) }, wants: replaced},
		"an older version on top of another's canary": {
			held: wanted{version: "1.0.0"}, prepare: func(r *harness) { r.rollOut("2.0.0", 40); olderOnTop(r) },
			wants: map[string]wanted{
				"same pin":       {version: "1.0.0", runs: all("1.0.0")},
				"rolled back":    {version: "2.0.0", plan: "deploy 1.0.0 2.0.0", writes: cancelAndCreate, runs: all("2.0.0")},
				"newer":          {version: "3.0.0", plan: "deploy 1.0.0 3.0.0", writes: cancelAndCreate, runs: all("3.0.0")},
				"older deployed": {version: "0.9.0", plan: "rollback 1.0.0 0.9.0", writes: "POST roll back", runs: all("0.9.0")},
			},
		},
		"another's canary on top": {
			held: ours, prepare: func(r *harness) { r.rollOut("3.0.0", 10) },
			wants: map[string]wanted{
				"same pin":       {version: "2.0.0", percentage: 40, planFails: "Another rollout is in progress", runs: three},
				"the canary":     {version: "3.0.0", plan: "advance 3.0.0 3.0.0", writes: "POST update percentage", runs: all("3.0.0")},
				"older deployed": {version: "0.9.0", plan: "rollback 3.0.0 0.9.0", writes: "POST roll back", runs: all("0.9.0")},
				"destroy":        {runs: three},
			},
		},
		"another's pending one on top": {
			held: ours, prepare: func(r *harness) {
				r.sb.Do(r, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
					"version": "3.0.0", "rollout_percentage": 10, "start_immediately": false,
				})
			},
			wants: map[string]wanted{
				"same pin":          {version: "2.0.0", percentage: 40, runs: map[string]int{"1.0.0": 74, "2.0.0": 50}},
				"larger percentage": {version: "2.0.0", percentage: 60, plan: "advance 2.0.0 2.0.0", writes: "POST update percentage", runs: map[string]int{"1.0.0": 50, "2.0.0": 74}},
				"older deployed":    {version: "0.9.0", plan: "rollback 2.0.0 0.9.0", writes: "POST roll back", runs: all("0.9.0")},
			},
		},
	}
	for name, before := range table {
		for want, w := range before.wants {
			t.Run(name+"/"+want, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					r := concurrent(t, sandbox.DialectDocs)
					before.reach(r, w)
					r.onlyOwnIsOpen()
				})
			})
		}
	}
}

// onlyOwnIsOpen fails where a version was put in place of another one and a rollout beside the newest is still open.
func (r *harness) onlyOwnIsOpen() {
	r.Helper()
	for _, other := range r.openBesideOwn() {
		r.Error(other)
	}
}

// openBesideOwn describes the rollouts that can still assign devices, except the newest, after a deploy or a rollback.
func (r *harness) openBesideOwn() (others []string) {
	r.Helper()
	writes := r.sb.Writes()
	if !slices.Contains(writes, "POST create rollout") && !slices.Contains(writes, "POST roll back") {
		return nil
	}
	own := newest(r.T, r.sb)
	for _, rollout := range rollouts(r.T, r.sb) {
		if status := rollout["status"]; fmt.Sprint(rollout["id"]) != own && (status == "pending" || status == "active" || status == "paused") {
			others = append(others, fmt.Sprintf("rollout %v of %v is still %v", rollout["id"], rollout["version"], status))
		}
	}
	return others
}

// A deploy that supersedes ends every open rollout, the oldest first, so that none of them assigns devices again in between.
//
// CONTRACT.md 3.75
func TestAccModelDeployment_supersedeSeveral(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r := concurrent(t, dialect)
			r.apply(wanted{version: "1.0.0"})
			r.rollOut("2.0.0", 40)
			r.rollOut("3.0.0", 10)
			open := slices.Collect(func(yield func(string) bool) {
				for _, rollout := range rollouts(r.T, r.sb) {
					if rollout["status"] == "active" && !yield(fmt.Sprint(rollout["id"])) {
						return
					}
				}
			})
			slices.Sort(open)
			r.sb.ClearLedger()
			r.fails(r.core.Plan(r.config(wanted{version: "0.8.0"})).Diagnostics, "Another rollout is in progress")
			plan := r.core.Plan(r.with(wanted{version: "0.8.0"}, map[string]any{"supersede": true}))
			r.succeeds(plan)
			r.expect(wanted{writes: "DELETE cancel rollout, DELETE cancel rollout, POST create rollout", runs: all("0.8.0")})
			var canceled []string
			for _, entry := range r.sb.Ledger() {
				if entry.Method == http.MethodDelete {
					canceled = append(canceled, path.Base(entry.Path))
				}
			}
			if diff := cmp.Diff(open, canceled); diff != "" {
				t.Errorf("canceled (-want +got):\n%s", diff)
			}
			r.onlyOwnIsOpen()
		})
	})
}

// A rollback leaves no rollout open, by the server's call or without it.
//
// CONTRACT.md 3.58, 3.75
func TestAccModelDeployment_rollbackOfSeveral(t *testing.T) {
	t.Parallel()
	for dialect, writes := range map[sandbox.Dialect]string{
		sandbox.DialectDocs: "POST roll back",
		sandbox.DialectSDK:  "DELETE cancel rollout, DELETE cancel rollout, POST create rollout",
	} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := concurrent(t, dialect)
				r.apply(wanted{version: "2.0.0", percentage: 40})
				r.rollOut("3.0.0", 10)
				r.sb.ClearLedger()
				r.reaches(wanted{version: "0.9.0", plan: "rollback 3.0.0 0.9.0", writes: writes, runs: all("0.9.0")})
				r.onlyOwnIsOpen()
			})
		})
	}
}

// A server whose rollback ends only the newest rollout keeps none open either.
//
// CONTRACT.md 3.75
func TestAccModelDeployment_rollbackLeavesOpen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := concurrent(t, sandbox.DialectDocs)
		r.apply(wanted{version: "2.0.0", percentage: 40})
		below := newest(t, r.sb)
		r.rollOut("3.0.0", 10)
		open := fmt.Sprintf(`{"id":%q,"version":"2.0.0","status":"active","percentage":40}`, below)
		// The sandbox has ended it; the read after the rollback says that this server has not.
		r.sb.AddFault(sandbox.Fault{Method: "GET", Path: "models/*/rollouts/" + below, Times: 1, Status: 200, Body: open})
		r.sb.ClearLedger()
		plan := r.core.Plan(r.config(wanted{version: "0.9.0"}))
		r.succeeds(plan)
		if diff := cmp.Diff([]string{"POST roll back", "DELETE cancel rollout"}, r.sb.Writes()); diff != "" {
			t.Errorf("writes (-want +got):\n%s", diff)
		}
	})
}

// A destroy with on_destroy = "cancel" ends the resource's own rollout and what is open below it.
//
// CONTRACT.md 3.75
func TestAccModelDeployment_destroyCancelsBelow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := concurrent(t, sandbox.DialectDocs)
		config := r.with(wanted{version: "3.0.0", percentage: 60}, map[string]any{"on_destroy": "cancel", "supersede": true})
		r.apply(wanted{version: "1.0.0"})
		r.succeeds(r.core.Plan(config))
		// A rollout that was started at the same time is older by its record, and open.
		r.sb.Do(r, "DELETE", "/api/v1/models/phi-4-mini/rollouts/"+newest(t, r.sb)+"?force=true", nil)
		r.rollOut("2.0.0", 40)
		r.succeeds(r.core.Plan(config))
		r.rollOut("0.9.0", 5) // a newer one is not the resource's to end
		if said := r.core.Refresh(); said.Failed() {
			t.Fatal(said.Errors)
		}
		r.core.Plan(config) // in a new process, as Terraform does for each command
		r.sb.ClearLedger()
		said := r.core.Destroy()
		if said.Failed() {
			t.Fatal(said.Errors)
		}
		if text := strings.Join(said.Warnings, "\n"); !strings.Contains(text, "Destroying this deployment cancels the rollout of 3.0.0") {
			t.Errorf("the destroy warns %q", said.Warnings)
		}
		r.expect(wanted{writes: "DELETE cancel rollout", runs: map[string]int{"0.9.0": 6, "1.0.0": 118}})
	})
}

// A plain rollout of the older version ends a wait for the newer one with the reason, long before the time limit; so it does a bake.
//
// CONTRACT.md 3.74
func TestAccModelDeployment_supersededWhileWaiting(t *testing.T) {
	t.Parallel()
	for name, rollout := range map[string]map[string]any{
		"waiting for the devices": {"percentage": 100},
		"baking a stage":          {"percentage": 100, "stages": []any{map[string]any{"percentage": 40, "bake": "10m"}}},
	} {
		for version, words := range map[string]string{"1.0.0": "The rollout was rolled back", "3.0.0": "The deployment was replaced outside of Terraform"} {
			t.Run(name+"/"+version, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					sb := acctest.StartVirtual(t, func(o *sandbox.Options) {
						o.Variants, o.SyncInterval = []sandbox.Variant{sandbox.ConcurrentRollouts}, time.Minute
					})
					r := &harness{T: t, sb: sb, core: sb.Core(t, "octomil_model_deployment")}
					r.publish("3.0.0")
					sb.SetOffline(10) // so that a full rollout is never done
					config := map[string]any{"model": phi, "version": "2.0.0", "rollout": rollout, "timeouts": map[string]any{"create": "5h"}}
					plan := r.core.Plan(config)
					begun := time.Now()
					go func() {
						time.Sleep(5 * time.Minute)
						sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
							"version": version, "rollout_percentage": 100, "target_percentage": 100, "start_immediately": true,
						})
					}()
					r.fails(r.core.Apply(plan), words)
					if took := time.Since(begun); took > time.Hour {
						t.Errorf("it was said after %s", took)
					}
					for _, write := range sb.Writes() {
						if write == "POST update percentage" {
							t.Error("the superseded rollout was raised")
						}
					}
				})
			})
		}
	}
}

// Without a rollout ID, the action cancels every open rollout, also one that a newer version has replaced.
//
// CONTRACT.md 3.75
func TestAccRolloutCancelAction_several(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := concurrent(t, sandbox.DialectDocs)
		r.rollOut("2.0.0", 40)
		first := newest(t, r.sb)
		r.rollOut("3.0.0", 10)
		second := newest(t, r.sb)
		firstAndLast(t, invoked(t, r.sb, "octomil_rollout_cancel", config{"model": phi}, "DELETE cancel rollout", "DELETE cancel rollout"),
			"Going to cancel the rollouts "+first+" of 2.0.0 at 40 percent, "+second+" of 3.0.0 at 10 percent",
			"The rollouts "+first+" of 2.0.0, "+second+" of 3.0.0 are canceled; the targeted version of the fleet is 1.0.0")
		r.rollOut("2.0.0", 40)
		below := newest(t, r.sb)
		r.rollOut("1.0.0", 100)
		refuses(t, r.sb, "octomil_rollout_pause", config{"model": phi}, "No rollout is in progress", "of 1.0.0, is completed")
		invoked(t, r.sb, "octomil_rollout_cancel", config{"model": phi, "rollout_id": below}, "DELETE cancel rollout")
		r.sb.Settle()
		r.sb.ExpectFleet(t, phi, all("1.0.0"))
	})
}
