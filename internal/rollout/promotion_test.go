package rollout

import (
	"testing"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

const day = 24 * time.Hour

// tried is a promotion of 2.0.0 to a fleet that runs 1.0.0, tried on a group since noon, a day and a bake of a day later.
func tried() Promotion {
	members := membersWith(Assignments{"2.0.0": 3})
	return Promotion{
		Candidate: "2.0.0", Bake: day, Status: control.VersionPublished, Now: noon.Add(day),
		Target: past(control.Rollout{ID: "1", Version: "1.0.0", Status: control.RolloutCompleted}).PresentState(),
		Trial:  GroupTrial("2.0.0", members, noon),
	}
}

func TestDecidePromotion(t *testing.T) {
	t.Parallel()
	fleet := func(records ...control.Rollout) func(*Promotion) {
		return func(p *Promotion) { p.Target = past(records...).PresentState() }
	}
	done := func(id, version string) control.Rollout {
		return control.Rollout{ID: id, Version: version, Status: control.RolloutCompleted}
	}
	for name, c := range map[string]struct {
		change  func(*Promotion)
		version string
		hurdle  Hurdle
		dated   bool // whether ready_at is known
	}{
		"the bake is over":        {func(*Promotion) {}, "2.0.0", HurdleNone, true},
		"a moment before":         {func(p *Promotion) { p.Now = p.Now.Add(-time.Nanosecond) }, "1.0.0", HurdleBake, true},
		"no bake":                 {func(p *Promotion) { p.Bake, p.Trial.Since, p.Now = 0, time.Time{}, time.Time{} }, "2.0.0", HurdleNone, false},
		"unknown since when":      {func(p *Promotion) { p.Trial.Since = time.Time{} }, "1.0.0", HurdleSince, false},
		"unknown time":            {func(p *Promotion) { p.Now = time.Time{} }, "1.0.0", HurdleClock, true},
		"no members":              {func(p *Promotion) { p.Trial = GroupTrial("2.0.0", Members{}, noon) }, "1.0.0", HurdleTrial, false},
		"no members, and no bake": {func(p *Promotion) { p.Trial, p.Bake = GroupTrial("2.0.0", Members{}, noon), 0 }, "1.0.0", HurdleTrial, false},
		"a member without it": {func(p *Promotion) {
			p.Trial = GroupTrial("2.0.0", membersWith(Assignments{"2.0.0": 3, "1.0.0": 1}), noon)
		}, "1.0.0", HurdleTrial, false},
		"deprecated":                     {func(p *Promotion) { p.Status = control.VersionDeprecated }, "1.0.0", HurdleStatus, false},
		"retired":                        {func(p *Promotion) { p.Status = control.VersionRetired }, "1.0.0", HurdleStatus, false},
		"a draft":                        {func(p *Promotion) { p.Status = control.VersionDraft }, "1.0.0", HurdleStatus, false},
		"a server without statuses":      {func(p *Promotion) { p.Status = "" }, "2.0.0", HurdleNone, true},
		"nothing deployed":               {fleet(), "2.0.0", HurdleNone, true},
		"nothing deployed, and too soon": {func(p *Promotion) { fleet()(p); p.Now = noon }, "", HurdleBake, true},
		"the fleet has it, and more":     {fleet(done("2", "3.0.0"), done("1", "1.0.0")), "3.0.0", HurdleOlder, false},
		"its rollout is in progress": {func(p *Promotion) {
			p.Trial.Gap = GapMembers
			fleet(control.Rollout{ID: "2", Version: "2.0.0", Status: control.RolloutActive, Percentage: 5}, done("1", "1.0.0"))(p)
		}, "2.0.0", HurdleTrial, false},
		"its rollout is paused": {func(p *Promotion) {
			p.Now = noon
			fleet(control.Rollout{ID: "2", Version: "2.0.0", Status: control.RolloutPaused, Percentage: 5}, done("1", "1.0.0"))(p)
		}, "2.0.0", HurdleBake, true},
		"rolled back, as the records say": {fleet(
			control.Rollout{ID: "3", Version: "1.0.0", Status: control.RolloutCompleted, PreviousVersion: "2.0.0", Trigger: TriggerAuto},
			control.Rollout{ID: "2", Version: "2.0.0", Status: control.RolloutRolledBack, Trigger: TriggerAuto}, done("1", "1.0.0")), "1.0.0", HurdleRolledBack, false},
		"rolled back twice": {fleet(
			control.Rollout{ID: "4", Version: "0.9.0", Status: control.RolloutCompleted, PreviousVersion: "1.0.0", Trigger: TriggerManual},
			control.Rollout{ID: "3", Version: "1.0.0", Status: control.RolloutRolledBack, PreviousVersion: "2.0.0", Trigger: TriggerManual},
			done("2", "2.0.0"), done("1", "1.0.0"), done("0", "0.9.0")), "0.9.0", HurdleRolledBack, false},
		"rolled back, and the fleet went on": {fleet(done("4", "1.5.0"), done("3", "1.0.0"), done("2", "2.0.0"), done("1", "1.0.0")), "1.5.0", HurdleOlder, false},
		"canceled":                           {fleet(control.Rollout{ID: "2", Version: "2.0.0", Status: control.RolloutRolledBack}, done("1", "1.0.0")), "1.0.0", HurdleRolledBack, false},
		"not begun":                          {fleet(control.Rollout{ID: "2", Version: "2.0.0", Status: control.RolloutPending}, done("1", "1.0.0")), "2.0.0", HurdleNone, true},
		"deployed again after a rollback":    {fleet(done("4", "2.0.0"), done("3", "1.0.0"), done("2", "2.0.0"), done("1", "1.0.0")), "2.0.0", HurdleNone, true},
	} {
		p := tried()
		c.change(&p)
		got := p.Decide()
		if got.Version != c.version || got.Hurdle != c.hurdle || got.ReadyAt.IsZero() == c.dated {
			t.Errorf("%s: %+v; want %s, %q", name, got, c.version, c.hurdle)
		}
		if !got.ReadyAt.IsZero() && !got.ReadyAt.Equal(noon.Add(p.Bake)) {
			t.Errorf("%s: ready at %s", name, got.ReadyAt)
		}
	}
}

// CONTRACT.md 3.39, 3.81
func TestFleetTrial(t *testing.T) {
	t.Parallel()
	at := func(hours int) time.Time { return noon.Add(time.Duration(hours) * time.Hour) }
	change := func(status control.RolloutStatus, percentage float64, hours int) control.RolloutChange {
		return control.RolloutChange{Status: status, Percentage: percentage, At: at(hours)}
	}
	active, paused, completed, pending := control.RolloutActive, control.RolloutPaused, control.RolloutCompleted, control.RolloutPending
	record := func(status control.RolloutStatus, percentage float64) control.Rollout {
		return control.Rollout{ID: "2", Version: "2.0.0", Status: status, Percentage: percentage}
	}
	ended := record(completed, 100)
	ended.CompletedAt = at(9)
	none, some := 0, 3
	for name, c := range map[string]struct {
		newer   []control.Rollout
		r       control.Rollout
		changes []control.RolloutChange
		updated *int
		gap     Gap
		since   time.Time
	}{
		"from its beginning":        {r: record(active, 10), changes: []control.RolloutChange{change(pending, 10, 0), change(active, 10, 1)}, since: at(1)},
		"advanced to it":            {r: record(active, 10), changes: []control.RolloutChange{change(active, 5, 1), change(active, 10, 2)}, since: at(2)},
		"advanced beyond it":        {r: record(active, 50), changes: []control.RolloutChange{change(active, 10, 1), change(active, 50, 5)}, since: at(1)},
		"completed":                 {r: ended, changes: []control.RolloutChange{change(active, 10, 1), change(active, 100, 5), change(completed, 100, 9)}, since: at(1)},
		"resumed":                   {r: record(active, 10), changes: []control.RolloutChange{change(active, 10, 1), change(paused, 10, 2), change(active, 10, 3)}, since: at(3)},
		"reduced, and raised":       {r: record(active, 10), changes: []control.RolloutChange{change(active, 10, 1), change(active, 5, 2), change(active, 10, 4)}, since: at(4)},
		"paused":                    {r: record(paused, 10), gap: GapPaused},
		"below":                     {r: record(active, 5), gap: GapBelow},
		"a rollback to it":          {r: record(control.RolloutRollingBack, 100), gap: GapReverting},
		"no device runs it":         {r: record(active, 10), updated: &none, gap: GapNoDevices},
		"some devices run it":       {r: record(active, 10), updated: &some, changes: []control.RolloutChange{change(active, 10, 1)}, since: at(1)},
		"another one is newer":      {newer: []control.Rollout{{ID: "3", Version: "3.0.0", Status: active, Percentage: 10}}, r: record(active, 10), gap: GapOther},
		"no history":                {r: record(active, 10)},
		"no history, completed":     {r: ended, since: at(9)},
		"a time is missing":         {r: record(active, 10), changes: []control.RolloutChange{{Status: active, Percentage: 5}, change(active, 10, 2)}},
		"the history is behind":     {r: record(active, 10), changes: []control.RolloutChange{change(active, 20, 2)}},
		"a newer one has ended":     {newer: []control.Rollout{{ID: "3", Version: "3.0.0", Status: control.RolloutRolledBack, RolledBackAt: at(7)}}, r: record(active, 10), changes: []control.RolloutChange{change(active, 10, 1)}, since: at(7)},
		"it has ended at some time": {newer: []control.Rollout{{ID: "3", Version: "3.0.0", Status: control.RolloutRolledBack}}, r: record(active, 10), changes: []control.RolloutChange{change(active, 10, 1)}},
		"a newer one has not begun": {newer: []control.Rollout{{ID: "3", Version: "3.0.0", Status: pending}}, r: record(active, 10), changes: []control.RolloutChange{change(active, 10, 1)}, since: at(1)},
		"an unknown status":         {newer: []control.Rollout{{ID: "3", Version: "3.0.0", Status: "awaiting_approval"}}, r: record(active, 10), changes: []control.RolloutChange{change(active, 10, 1)}},
	} {
		h := append(past(c.newer...), c.r)
		got := h.FleetTrial("2.0.0", 10, c.changes, control.AffectedDevices{Updated: c.updated})
		if got.Gap != c.gap || !got.Since.Equal(c.since) {
			t.Errorf("%s: %q since %s; want %q since %s", name, got.Gap, got.Since, c.gap, c.since)
		}
	}
	if got := past().FleetTrial("2.0.0", 10, nil, control.AffectedDevices{}); got.Gap != GapOther {
		t.Errorf("nothing deployed: %+v", got)
	}
}

// CONTRACT.md 3.82
func TestWasRolledBack(t *testing.T) {
	t.Parallel()
	h := past(
		control.Rollout{ID: "4", Version: "3.0.0", Status: control.RolloutActive},
		control.Rollout{ID: "3", Version: "1.0.0", Status: control.RolloutCompleted},
		control.Rollout{ID: "2", Version: "2.0.0", Status: control.RolloutCompleted},
		control.Rollout{ID: "1", Version: "1.0.0", Status: control.RolloutCompleted},
	)
	for version, want := range map[string]bool{"2.0.0": true, "1.0.0": false, "3.0.0": false, "4.0.0": false} {
		if got := h.WasRolledBack(version); got != want {
			t.Errorf("%s: %t; want %t", version, got, want)
		}
	}
	if past(h[2:]...).WasRolledBack("2.0.0") {
		t.Error("2.0.0 counts as rolled back while the fleet targets it")
	}
}

func TestPresentStateOfGroup(t *testing.T) {
	t.Parallel()
	member := func(id, version, source string) control.Member {
		return control.Member{ID: id, Version: version, Source: source}
	}
	fleet := past(control.Rollout{ID: "1", Version: "1.0.0", Status: control.RolloutCompleted})
	canary := append(past(control.Rollout{ID: "2", Version: "2.0.0", Status: control.RolloutActive, Percentage: 10}), fleet...)
	a, b, c := member("a", "1.0.0", "deployment"), member("b", "1.0.0", "deployment"), member("c", "1.0.0", "deployment")
	for name, want := range map[string]struct {
		members   Members
		fleet     History
		elsewhere Members
		version   string
	}{
		"none has it":                     {Members{a, b, c}, fleet, nil, "1.0.0"},
		"all have it":                     {Members{member("a", "2.0.0", "deployment")}, fleet, nil, "2.0.0"},
		"a deployment is on its way":      {Members{a, b, member("c", "2.0.0", "deployment")}, fleet, nil, "2.0.0"},
		"by a server without sources":     {Members{a, b, member("c", "2.0.0", "")}, fleet, nil, "2.0.0"},
		"the fleet gives it to one":       {Members{a, b, member("c", "2.0.0", "rollout")}, canary, nil, "1.0.0"},
		"as far as is known":              {Members{a, b, member("c", "2.0.0", "")}, canary, nil, "1.0.0"},
		"on its way, and the fleet too":   {Members{a, b, member("c", "2.0.0", "deployment")}, canary, nil, "2.0.0"},
		"one is in the other group, too":  {Members{a, b, member("c", "2.0.0", "deployment")}, fleet, Members{member("c", "2.0.0", "deployment")}, "1.0.0"},
		"nothing is assigned to anything": {Members{member("a", "", "")}, nil, nil, ""},
	} {
		if got := want.members.PresentState(want.fleet, "2.0.0", want.elsewhere).Version(); got != want.version {
			t.Errorf("%s: %q; want %q", name, got, want.version)
		}
	}
}
