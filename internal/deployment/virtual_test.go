package deployment

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/acctest/inmemory"
	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// Here an apply runs in virtual time: the client speaks to the sandbox without a network, and both live by the clock of the
// test's bubble, so that an hour of bake passes in a moment.

// bench is an apply against a sandbox.
type bench struct {
	t      *testing.T
	server *sandbox.Server
	client *control.Client
	begun  time.Time

	remembered memory
	state      *model
}

func newBench(t *testing.T) *bench {
	t.Helper()
	server := sandbox.New(sandbox.Options{})
	client, err := control.New(control.Config{
		BaseURL: "http://sandbox.test/api/v1", APIKey: "sandbox", OrgID: "demo", Transport: inmemory.Transport{Handler: server}, MaxRetries: 0,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &bench{t: t, server: server, client: client, begun: time.Now()}
}

// do is a request of somebody else.
func (b *bench) do(method, path string, body any) {
	b.t.Helper()
	payload, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	req := httptest.NewRequestWithContext(b.t.Context(), method, "/api/v1/"+path, strings.NewReader(string(payload)))
	req.Header.Set("Authorization", "Bearer sandbox")
	req.Header.Set("User-Agent", "somebody")
	recorder := httptest.NewRecorder()
	b.server.ServeHTTP(recorder, req)
	if recorder.Code > 299 {
		b.t.Errorf("%s %s: %d %s", method, path, recorder.Code, recorder.Body)
	}
}

// run applies a pin with stages, each as "percentage bake", and answers what it said.
func (b *bench) run(ctx context.Context, version string, limit time.Duration, stages ...string) diag.Diagnostics {
	b.t.Helper()
	var diags diag.Diagnostics
	plan := &model{
		Model: types.StringValue("phi-4-mini"), ModelID: types.StringValue("phi-4-mini"), Version: types.StringValue(version),
		Rollout: rolloutObject(b.t, stages), RolledBack: types.ObjectNull(rolledBackTypes),
	}
	plan.openComputed()
	a := application{
		scope:  fleet{client: b.client, modelID: "phi-4-mini", poll: 2 * time.Second},
		client: b.client, plan: plan, remembered: b.remembered, limit: limit, diags: &diags,
		save: func(m model, remembered memory, _ view) { b.state, b.remembered = &m, remembered },
	}
	a.run(ctx)
	return diags
}

func rolloutObject(t *testing.T, stages []string) types.Object {
	t.Helper()
	stageTypes := map[string]attr.Type{"percentage": types.Float64Type, "bake": timetypes.GoDurationType{}}
	rolloutTypes := map[string]attr.Type{"percentage": types.Float64Type, "stages": types.ListType{ElemType: types.ObjectType{AttrTypes: stageTypes}}}
	if len(stages) == 0 {
		return types.ObjectNull(rolloutTypes)
	}
	var list []stageModel
	for _, text := range stages {
		var share float64
		var bake string
		if _, err := fmt.Sscan(text, &share, &bake); err != nil {
			t.Fatal(err)
		}
		d, err := time.ParseDuration(bake)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, stageModel{Percentage: types.Float64Value(share), Bake: timetypes.NewGoDurationValue(d)})
	}
	elements, diags := types.ListValueFrom(t.Context(), types.ObjectType{AttrTypes: stageTypes}, list)
	object, more := types.ObjectValueFrom(t.Context(), rolloutTypes, rolloutModel{Percentage: types.Float64Null(), Stages: elements})
	if diags.HasError() || more.HasError() {
		t.Fatal(diags, more)
	}
	return object
}

// writes are those of the provider, each with the minute in which it was made.
func (b *bench) writes() []string {
	var writes []string
	for _, e := range b.server.Ledger() {
		if e.Method != http.MethodGet && e.Operation != "prepare deployment" {
			writes = append(writes, fmt.Sprintf("%d: %s", int(e.At.Sub(b.begun).Minutes()), e.Operation))
		}
	}
	return writes
}

func (b *bench) expectWrites(want ...string) {
	b.t.Helper()
	if diff := cmp.Diff(want, b.writes()); diff != "" {
		b.t.Errorf("writes (-want +got):\n%s", diff)
	}
}

func (b *bench) expectFleet(want map[string]int) {
	b.t.Helper()
	if diff := cmp.Diff(want, b.server.Fleet("phi-4-mini").Versions); diff != "" {
		b.t.Errorf("the devices run (-want +got):\n%s", diff)
	}
}

func succeeds(t *testing.T, diags diag.Diagnostics) {
	t.Helper()
	if diags.HasError() {
		t.Fatal(diags)
	}
}

// fails expects one error that says all of the words.
func fails(t *testing.T, diags diag.Diagnostics, words ...string) {
	t.Helper()
	if diags.ErrorsCount() != 1 {
		t.Fatalf("there are %d errors; want one: %v", diags.ErrorsCount(), diags)
	}
	text := diags.Errors()[0].Summary() + ": " + diags.Errors()[0].Detail()
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("the error does not say %q: %s", word, text)
		}
	}
}

func TestStagesGoOutOneAfterTheOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		succeeds(t, b.run(t.Context(), "2.0.0", 30*time.Minute, "5 10m", "25 1h"))
		b.expectWrites("0: create rollout", "10: update percentage", "70: update percentage")
		b.expectFleet(map[string]int{"2.0.0": 124})
		if took := time.Since(b.begun); took < 70*time.Minute || took > 72*time.Minute {
			t.Errorf("it took %s", took)
		}
		// Two requests each half minute, and a few while the devices of a stage switch.
		if n := len(b.server.Ledger()); n > 2*70*2+60 {
			t.Errorf("it took %d requests", n)
		}
		if got := b.state.Status.ValueString(); got != "completed" || !b.remembered.Settled {
			t.Errorf("the state is %s, settled %v", got, b.remembered.Settled)
		}
	})
}

func TestWhateverStopsABakeEndsItAtOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meanwhile func(*bench)
		says      []string
		version   string
	}{
		"a rollback by hand": {
			func(b *bench) {
				b.do("POST", "models/phi-4-mini/rollback", map[string]any{"to_version": "0.9.0", "reason": "wrong answers"})
			},
			[]string{"The rollout was rolled back", "by hand", "wrong answers", "goes back to is 0.9.0"}, "0.9.0",
		},
		"a rollback by the policy": {
			func(b *bench) {
				b.do("PUT", "settings/demo", map[string]any{"auto_rollback_enabled": true, "latency_p95_max_ms": 250})
				b.server.SetHealth("phi-4-mini", "2.0.0", sandbox.Health{LatencyP95MS: 900})
			},
			[]string{"The rollout was rolled back", "automatically by the organization's policy", "latency", "250", "900", "goes back to is 1.0.0", "at 5 percent"}, "1.0.0",
		},
		"a pause": {
			func(b *bench) { b.do("POST", "models/phi-4-mini/rollouts/rol_00000003/pause", nil) },
			[]string{"The rollout is paused", "at 5 percent", "paused = false"}, "2.0.0",
		},
		"a deletion": {
			func(b *bench) { b.do("DELETE", "models/phi-4-mini/rollouts/rol_00000003?force=true", nil) },
			[]string{"The rollout was", "goes back to is 1.0.0"}, "1.0.0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				go func() {
					time.Sleep(20 * time.Minute)
					c.meanwhile(b)
				}()
				fails(t, b.run(t.Context(), "2.0.0", 30*time.Minute, "5 1h", "25 1h"), c.says...)
				if took := time.Since(b.begun); took < 20*time.Minute || took > 21*time.Minute {
					t.Errorf("it ended after %s", took)
				}
				if got := b.state.Version.ValueString(); got != c.version {
					t.Errorf("the state says %s; want %s", got, c.version)
				}
				if b.remembered.Settled || b.remembered.Pin != "2.0.0" {
					t.Errorf("remembered %+v", b.remembered)
				}
			})
		})
	}
}

func TestInterruptedBakeGoesOnWithTheStageThatWasReached(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		ctx, interrupt := context.WithCancel(t.Context())
		time.AfterFunc(25*time.Minute, interrupt)
		fails(t, b.run(ctx, "2.0.0", 30*time.Minute, "5 10m", "25 1h"), "Interrupted while the rollout goes on", "at 25 percent", "the next apply attaches")
		if took := time.Since(b.begun); took > 25*time.Minute+time.Second {
			t.Errorf("the interrupt took %s", took)
		}
		if b.state.RolloutID.ValueString() != "rol_00000003" || b.state.Percentage.ValueFloat64() != 25 {
			t.Errorf("the state has rollout %s at %s", b.state.RolloutID, b.state.Percentage)
		}
		succeeds(t, b.run(t.Context(), "2.0.0", 30*time.Minute, "5 10m", "25 1h"))
		// The stage at 25 percent, which was not watched to its end, is watched in full.
		b.expectWrites("0: create rollout", "10: update percentage", "85: update percentage")
		b.expectFleet(map[string]int{"2.0.0": 124})
	})
}

func TestPolicyLimitsMakeSmallerSteps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.do("PUT", "settings/demo", map[string]any{"max_rollout_step_percent": 40, "min_rollout_duration": "2h"})
		b.server.ClearLedger()
		succeeds(t, b.run(t.Context(), "2.0.0", 30*time.Minute, "10 30m"))
		b.expectWrites("0: create rollout", "120: update percentage", "240: update percentage", "360: update percentage")
		b.expectFleet(map[string]int{"2.0.0": 124})
		for _, e := range b.server.Ledger() {
			if e.Status > 299 {
				t.Errorf("the server refused %s with %d", e.Operation, e.Status)
			}
		}
	})
}

func TestWaitToleratesFourFailedPollsInARow(t *testing.T) {
	t.Parallel()
	for failures, ok := range map[int]bool{4: true, 5: false} {
		t.Run(fmt.Sprint(failures), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				b.server.AddFault(sandbox.Fault{Method: "GET", Path: "models/*/rollouts/*", Nth: 2, Times: failures, Status: 503, Body: "down"})
				diags := b.run(t.Context(), "2.0.0", 30*time.Minute, "5 10m")
				if ok {
					succeeds(t, diags)
					return
				}
				fails(t, diags, "can no longer be watched", "503", "the next apply attaches")
				b.expectWrites("0: create rollout") // a poll that fails has no side effect
				if b.state.RolloutID.ValueString() != "rol_00000003" {
					t.Errorf("the state has rollout %s", b.state.RolloutID)
				}
			})
		})
	}
}

// What was counted last is said, also where the last look at the devices has failed.
func TestProgressSurvivesALookThatFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.server.SetOffline(50)
		b.server.AddFault(sandbox.Fault{Method: "GET", Path: "models/*/rollouts/*/affected-devices", Nth: 4, Times: -1, Status: 503})
		fails(t, b.run(t.Context(), "2.0.0", 30*time.Minute), "can no longer be watched", "62 of 124 devices updated")
	})
}

func TestTimeLimitSaysHowFarItCame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.server.SetOffline(50)
		fails(t, b.run(t.Context(), "2.0.0", 45*time.Minute, "10 15m"),
			"did not finish in time", "after 45m", "at 100 percent", "62 of 124 devices updated", "the next apply attaches")
		if took := time.Since(b.begun); took != time.Hour { // the bake does not count towards the limit
			t.Errorf("it took %s", took)
		}
		b.server.SetOffline(0)
		succeeds(t, b.run(t.Context(), "2.0.0", 45*time.Minute, "10 15m"))
		b.expectWrites("0: create rollout", "15: update percentage")
		b.expectFleet(map[string]int{"2.0.0": 124})
	})
}
