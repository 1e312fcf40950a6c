package deployment

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func TestRolledBackSaysWhatWhyAndWhen(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	done := func(id, version string) control.Rollout {
		return control.Rollout{ID: id, Version: version, Status: control.RolloutCompleted, CreatedAt: noon.Add(-time.Hour)}
	}
	ended := control.Rollout{ID: "3", Version: "2.0.0", Status: control.RolloutRolledBack, CreatedAt: noon, RolledBackAt: noon.Add(time.Minute)}
	for name, c := range map[string]struct {
		h    history
		want *takenBack
	}{
		"nothing ever": {past(done("2", "1.0.0"), done("1", "0.9.0")), nil},
		"the new record says why": {
			past(control.Rollout{
				ID: "4", Version: "1.0.0", Status: control.RolloutRollingBack, PreviousVersion: "2.0.0", Reason: "error rate 12%", Trigger: "auto",
				CreatedAt: noon.Add(time.Minute),
			}, ended, done("2", "1.0.0")),
			&takenBack{version: "2.0.0", reason: "error rate 12%", trigger: "auto", at: noon.Add(time.Minute)},
		},
		"the ended record fills in what the new one lacks": {
			past(control.Rollout{ID: "4", Version: "1.0.0", Status: control.RolloutCompleted, PreviousVersion: "2.0.0", CreatedAt: noon.Add(time.Hour)},
				control.Rollout{ID: "3", Version: "2.0.0", Status: control.RolloutRolledBack, Reason: "slow", Trigger: "manual", RolledBackAt: noon},
				done("2", "1.0.0")),
			&takenBack{version: "2.0.0", reason: "slow", trigger: "manual", at: noon},
		},
		"only the ended record remains": {
			past(ended, done("2", "1.0.0")), &takenBack{version: "2.0.0", at: noon.Add(time.Minute)},
		},
		"the very first version": {past(ended), &takenBack{version: "2.0.0", at: noon.Add(time.Minute)}},
		"a server without the call, after a completed version": {
			past(control.Rollout{ID: "4", Version: "1.0.0", Status: control.RolloutCompleted, CreatedAt: noon}, done("3", "2.0.0"), done("2", "1.0.0")),
			&takenBack{version: "2.0.0", at: noon},
		},
		"a server without the call, in the middle of a rollout": {
			// Between the two calls the older version was targeted already, so the new record says that it replaced itself.
			past(control.Rollout{ID: "4", Version: "1.0.0", Status: control.RolloutCompleted, PreviousVersion: "1.0.0", CreatedAt: noon}, ended, done("2", "1.0.0")),
			&takenBack{version: "2.0.0", at: noon.Add(time.Minute)},
		},
		"another version after one that was cancelled": {
			past(control.Rollout{ID: "4", Version: "2.1.0", Status: control.RolloutActive, PreviousVersion: "1.0.0", CreatedAt: noon}, ended, done("2", "1.0.0")), nil,
		},
		"forward again": {
			past(control.Rollout{ID: "5", Version: "2.1.0", Status: control.RolloutActive, PreviousVersion: "1.0.0"}, ended, done("2", "1.0.0")), nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, c.h.rolledBack(), cmp.AllowUnexported(takenBack{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestServingIsWhatReachedEveryDevice(t *testing.T) {
	t.Parallel()
	full := control.Rollout{ID: "2", Version: "2.0.0", Status: control.RolloutActive, Percentage: 100}
	partial := control.Rollout{ID: "2", Version: "2.0.0", Status: control.RolloutActive, Percentage: 40}
	done := control.Rollout{ID: "1", Version: "1.0.0", Status: control.RolloutCompleted, Percentage: 100}
	for name, c := range map[string]struct {
		h       history
		updated bool
		want    string
		asked   bool
	}{
		"completed":                             {past(done), false, "1.0.0", false},
		"a share":                               {past(partial, done), false, "1.0.0", false},
		"full, not everyone yet":                {past(full, done), false, "1.0.0", true},
		"full, and left active by the server":   {past(full, done), true, "2.0.0", true},
		"the first version, not everyone yet":   {past(full), false, "", true},
		"nothing but a record that was ended":   {past(control.Rollout{ID: "1", Version: "1.0.0", Status: control.RolloutRolledBack}), false, "", false},
		"nothing at all has ever been deployed": {nil, false, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := false
			v, err := fleetView(t.Context(), c.h, func(context.Context, control.Rollout) (bool, error) {
				asked = true
				return c.updated, nil
			})
			if err != nil || v.serving != c.want || asked != c.asked {
				t.Errorf("serving %q, asked for devices: %v, %v; want %q, %v", v.serving, asked, err, c.want, c.asked)
			}
		})
	}
}

func TestJudgeComparesOurRolloutWithTheWish(t *testing.T) {
	t.Parallel()
	all, some := 124, 50
	everyone := control.AffectedDevices{Total: &all, Updated: &all}
	yes, no := true, false
	const ended = verdictKind(-1) // no verdict
	for name, c := range map[string]struct {
		p    progress
		w    wish
		done bool
		kind verdictKind
	}{
		"completed":                       {progress{rollout: control.Rollout{Version: "2", Status: "completed"}}, wish{version: "2", share: 100}, true, ended},
		"the share is reached":            {progress{rollout: control.Rollout{Version: "2", Status: "active", Percentage: 40}}, wish{version: "2", share: 40}, true, ended},
		"the share is not reached":        {progress{rollout: control.Rollout{Version: "2", Status: "active", Percentage: 10}}, wish{version: "2", share: 40}, false, ended},
		"full, nobody counted":            {progress{rollout: control.Rollout{Version: "2", Status: "active", Percentage: 100}}, wish{version: "2", share: 100}, false, ended},
		"full, some":                      {progress{control.Rollout{Version: "2", Status: "active", Percentage: 100}, control.AffectedDevices{Total: &all, Updated: &some}}, wish{version: "2", share: 100}, false, ended},
		"full, everyone":                  {progress{control.Rollout{Version: "2", Status: "active", Percentage: 100}, everyone}, wish{version: "2", share: 100}, true, ended},
		"everyone of a share":             {progress{control.Rollout{Version: "2", Status: "active", Percentage: 40}, everyone}, wish{version: "2", share: 100}, false, ended},
		"our rollback":                    {progress{rollout: control.Rollout{Version: "1", Status: "rolling_back", Percentage: 100}}, wish{version: "1", share: 100}, false, ended},
		"not started yet":                 {progress{rollout: control.Rollout{Version: "2", Status: "pending"}}, wish{version: "2", share: 100}, false, ended},
		"a word that nobody knows":        {progress{rollout: control.Rollout{Version: "2", Status: "verifying", Percentage: 100}}, wish{version: "2", share: 100}, false, ended},
		"rolled back":                     {progress{rollout: control.Rollout{Version: "2", Status: "rolled_back"}}, wish{version: "2", share: 100}, false, verdictRolledBack},
		"another version":                 {progress{rollout: control.Rollout{Version: "3", Status: "completed"}}, wish{version: "2", share: 100}, false, verdictOther},
		"paused by someone":               {progress{rollout: control.Rollout{Version: "2", Status: "paused"}}, wish{version: "2", share: 100}, false, verdictPaused},
		"paused although it is to go on":  {progress{rollout: control.Rollout{Version: "2", Status: "paused"}}, wish{version: "2", share: 100, paused: &no}, false, verdictPaused},
		"paused as the configuration has": {progress{rollout: control.Rollout{Version: "2", Status: "paused"}}, wish{version: "2", share: 100, paused: &yes}, true, ended},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			done, err := judge(c.p, c.w)
			kind := ended
			var v *verdict
			if errors.As(err, &v) {
				kind = v.kind
			}
			if done != c.done || kind != c.kind {
				t.Errorf("judged done %v, verdict %v (%v); want %v, %v", done, kind, err, c.done, c.kind)
			}
		})
	}
}

func TestSplitsReadAnImportIDInEveryWay(t *testing.T) {
	t.Parallel()
	for id, want := range map[string][][2]string{
		"phi-4-mini":                   {{"phi-4-mini", ""}},
		"phi-4-mini/staging":           {{"phi-4-mini/staging", ""}, {"phi-4-mini", "staging"}},
		"microsoft/phi-4-mini/staging": {{"microsoft/phi-4-mini/staging", ""}, {"microsoft/phi-4-mini", "staging"}, {"microsoft", "phi-4-mini/staging"}},
		"phi-4-mini/":                  {{"phi-4-mini/", ""}},
		"/staging":                     {{"/staging", ""}},
	} {
		if diff := cmp.Diff(want, splits(id)); diff != "" {
			t.Errorf("%q: %s", id, diff)
		}
	}
}
