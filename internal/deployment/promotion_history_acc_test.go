package deployment_test

import (
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// bakeOfHistories is the bake of generated promotions.
const bakeOfHistories = 10 * time.Hour

// promotionHistory is a sandbox with what a test itself has seen of it, from which it judges the answers of octomil_promotion.
type promotionHistory struct {
	*harness
	rt     *rapid.T
	config map[string]any
	// stands is from when the candidate has stood where it is tried, nil where it does not.
	stands *time.Time
	// back is true from a rollback of the candidate on the fleet until it is targeted again.
	back bool
	// quiet is true as long as nothing was done since the last answer that could end a promotion.
	quiet bool
	// promoted is true if the last answer was the candidate, and ready.
	promoted bool
	// since is what the witness has seen last.
	since any
}

const candidate = "2.0.0"

// targets is what the records of the server say that the fleet is to run.
func (p *promotionHistory) targets() (record map[string]any) {
	all := rollouts(p.T, p.sb)
	at := func(r map[string]any) string { return r["created_at"].(string) + r["id"].(string) }
	for _, r := range all {
		if r["status"] != "pending" && r["status"] != "rolled_back" && (record == nil || at(r) > at(record)) {
			record = r
		}
	}
	return record
}

// look updates what the test has seen. The clock of the sandbox stands still meanwhile.
func (p *promotionHistory) look() {
	record := p.targets()
	stands := p.everyMember()
	if p.config["from_percentage"] != nil {
		percentage, _ := record["percentage"].(float64)
		stands = record != nil && record["version"] == candidate && percentage >= 40 && (record["status"] == "active" || record["status"] == "completed")
	}
	switch {
	case !stands:
		p.stands = nil
	case p.stands == nil:
		now := p.sb.Clock.Now()
		p.stands = &now
	}
	if record != nil && record["version"] == candidate {
		p.back = false
	}
}

// everyMember is true if each member of staging is assigned the candidate.
func (p *promotionHistory) everyMember() bool {
	got, _ := p.sb.ReadData(p.T, "octomil_rollout_status", map[string]any{"model": phi, "group": "staging"})
	return got["version"] == candidate && got["devices_updated"] == got["devices_total"]
}

// act does one thing to the fleet or to staging, and watches it.
func (p *promotionHistory) act() {
	before := p.targets()
	what := rapid.SampledFrom([]string{"stage", "stage", "time", "time", "time", "roll out", "roll back", "verb", "cancel", "advance", "join", "refresh", "settle"}).Draw(p.rt, "what")
	version := rapid.SampledFrom([]string{"1.0.0", candidate, candidate, "3.0.0"}).Draw(p.rt, "version")
	percentage := rapid.SampledFrom([]int{10, 40, 100}).Draw(p.rt, "percentage")
	last := "/api/v1/models/phi-4-mini/rollouts/" + lastRollout(p.harness)
	switch what {
	case "stage":
		p.sb.Try(p, "POST", "/api/v1/deploy/execute", map[string]any{
			"model_id": modelID(p.T, p.sb), "model_name": phi, "version": version, "model_version": version, "group": "staging", "rollout_percentage": max(percentage, 40),
		})
	case "roll out":
		p.sb.Try(p, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
			"version": version, "rollout_percentage": percentage, "target_percentage": 100, "increment_step": 10, "start_immediately": rapid.Bool().Draw(p.rt, "started"),
		})
	case "roll back":
		p.sb.Try(p, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": version})
	case "verb":
		p.sb.Try(p, "POST", last+"/"+rapid.SampledFrom([]string{"pause", "resume", "start"}).Draw(p.rt, "verb"), map[string]any{})
	case "cancel":
		if status := rollouts(p.T, p.sb); len(status) > 0 && (before["status"] == "active" || before["status"] == "paused") {
			p.sb.Try(p, "DELETE", last+"?force=true", nil)
		}
	case "advance":
		p.sb.Try(p, "POST", last+"/update-percentage", map[string]any{"percentage": percentage})
	case "join":
		joinStaging(p.T, p.sb)
	case "time":
		p.sb.Clock.Skip(time.Duration(rapid.IntRange(1, 15).Draw(p.rt, "hours")) * time.Hour)
	case "settle":
		p.sb.Settle()
	case "refresh":
		p.refresh()
	}
	if what != "time" && what != "settle" && what != "refresh" && what != "advance" {
		p.quiet = false
	}
	if what == "stage" || what == "join" { // what is undone before the witness looks does not show
		p.refresh()
	}
	after := p.targets()
	had, _ := before["percentage"].(float64)
	if has, _ := after["percentage"].(float64); has < had { // the server lets a percentage decrease
		p.quiet = false
	}
	ended := (what == "roll back" || what == "cancel") && before["version"] == candidate && after["version"] != candidate
	p.back = p.back || ended
	p.look()
}

// refresh lets the deployment of staging see the group, with a plan that is saved.
func (p *promotionHistory) refresh() {
	if plan := p.core.Plan(pin(candidate, "group", "staging", "on_rollback", "accept")); plan.Failed() {
		p.rt.Fatalf("the refresh of staging: %v", plan.Errors)
	}
	p.since = p.core.State()["version_since"]
}

// judge reads the data source and compares its answer with what the test has seen.
func (p *promotionHistory) judge() {
	if p.config["from_group"] != nil {
		p.config["from_group_since"] = p.since
	}
	got, said := p.sb.ReadData(p.T, "octomil_promotion", p.config)
	if said.Failed() {
		p.rt.Fatal(said.Errors)
	}
	runs := p.targets()["version"]
	ready, now := got["ready"] == true, p.sb.Clock.Now()
	if got["version"] != candidate && got["version"] != runs || !ready && got["version"] != runs || ready && got["version"] != candidate {
		p.rt.Errorf("version %v, ready %t: %v\nthe fleet runs %v", got["version"], ready, got["reason"], runs)
	}
	switch {
	case ready && (p.stands == nil || now.Sub(*p.stands) < bakeOfHistories):
		p.rt.Errorf("ready, but it stands since %v, and it is %v: %v", p.stands, now, got)
	case ready && p.back:
		p.rt.Errorf("ready, after a rollback: %v", got)
	case p.promoted && p.quiet && !ready:
		p.rt.Errorf("no longer ready, and nothing has happened: %v", got)
	}
	p.promoted, p.quiet = ready, true
}

// Whatever happens: the answer is the candidate or what the fleet runs; it is the candidate only after the whole bake, and never after a
// rollback of it; and nothing but a change ends a promotion.
//
// CONTRACT.md 3.81, 3.82, 3.83
func TestAccPromotion_anyHistory(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]map[string]any{"group": {"from_group": "staging"}, "percentage": {"from_percentage": 40}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				answers := 0
				rapid.Check(struct{ testing.TB }{t}, func(rt *rapid.T) { // a bubble has no deadline
					h := virtualHarness(t, "staging")
					h.core = h.sb.Core(shrinking{t, rt}, "octomil_model_deployment")
					p := &promotionHistory{harness: h, rt: rt, config: map[string]any{"model": phi, "candidate": candidate, "bake": bakeOfHistories.String()}}
					for name, value := range source {
						p.config[name] = value
					}
					h.core.Converge(shrinking{t, rt}, pin(candidate, "group", "staging"), acctest.ActionCreate)
					if p.config["from_percentage"] != nil {
						begin(t, h.sb, 40, 100)
						h.sb.Settle()
					}
					h.sb.Clock.Hold()
					p.refresh()
					p.look()
					for range rapid.IntRange(1, 14).Draw(rt, "events") {
						p.act()
						p.judge()
						if p.promoted {
							answers++
						}
					}
				})
				if answers == 0 {
					t.Error("no history led to a promotion: they prove nothing")
				}
			})
		})
	}
}
