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
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// Here an apply runs in virtual time: the client speaks to the sandbox without a network, and both live by the clock of the
// test's bubble, so that an hour of bake passes in a moment.

// harness is an apply against a sandbox.
type harness struct {
	t      *testing.T
	server *sandbox.Server
	client *control.Client
	begun  time.Time

	private rollout.Private
	state   *model
}

func newHarness(t *testing.T) *harness {
	t.Helper()
	server := sandbox.New(sandbox.Options{})
	client, err := control.New(control.Config{
		BaseURL: "http://127.0.0.1/api/v1", APIKey: "sandbox", OrgID: "demo", Transport: inmemory.Transport{Handler: server}, MaxRetries: 0,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &harness{t: t, server: server, client: client, begun: time.Now()}
}

// do is a request from outside of Terraform.
func (h *harness) do(method, path string, body any) {
	h.t.Helper()
	payload, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	req := httptest.NewRequestWithContext(h.t.Context(), method, "/api/v1/"+path, strings.NewReader(string(payload)))
	req.Host = "127.0.0.1"
	req.Header.Set("Authorization", "Bearer sandbox")
	req.Header.Set("User-Agent", "outside")
	recorder := httptest.NewRecorder()
	h.server.ServeHTTP(recorder, req)
	if recorder.Code > 299 {
		h.t.Errorf("%s %s: %d %s", method, path, recorder.Code, recorder.Body)
	}
}

// run applies a pin with stages, each as "percentage bake", and answers what it said.
func (h *harness) run(ctx context.Context, version string, limit time.Duration, stages ...string) diag.Diagnostics {
	h.t.Helper()
	var diags diag.Diagnostics
	plan := &model{
		Model: types.StringValue("phi-4-mini"), ModelID: types.StringValue("phi-4-mini"), Version: types.StringValue(version),
		Rollout: rolloutObject(h.t, stages), RolledBack: types.ObjectNull(rolledBackTypes),
	}
	plan.setComputedUnknown()
	a := applier{
		devices: &resourcekit.DeviceBudget{},
		shown:   *plan,
		target:  rollout.NewTarget(h.client, plan.scope(), rollout.Options{PollInterval: 2 * time.Second}),
		client:  h.client, plan: plan, private: h.private, timeout: limit, diags: &diags,
		save: func(m model, private rollout.Private, _ rollout.State) { h.state, h.private = &m, private },
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
		var percentage float64
		var bake string
		if _, err := fmt.Sscan(text, &percentage, &bake); err != nil {
			t.Fatal(err)
		}
		d, err := time.ParseDuration(bake)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, stageModel{Percentage: types.Float64Value(percentage), Bake: timetypes.NewGoDurationValue(d)})
	}
	elements, diags := types.ListValueFrom(t.Context(), types.ObjectType{AttrTypes: stageTypes}, list)
	object, more := types.ObjectValueFrom(t.Context(), rolloutTypes, rolloutModel{Percentage: types.Float64Null(), Stages: elements})
	if diags.HasError() || more.HasError() {
		t.Fatal(diags, more)
	}
	return object
}

// writes are those of the provider, each with the minute in which it was made.
func (h *harness) writes() []string {
	var writes []string
	for _, e := range h.server.Ledger() {
		if e.Method != http.MethodGet && e.Operation != "prepare deployment" {
			writes = append(writes, fmt.Sprintf("%d: %s", int(e.At.Sub(h.begun).Minutes()), e.Operation))
		}
	}
	return writes
}

func (h *harness) expectWrites(want ...string) {
	h.t.Helper()
	if diff := cmp.Diff(want, h.writes()); diff != "" {
		h.t.Errorf("writes (-want +got):\n%s", diff)
	}
}

func (h *harness) expectFleet(want map[string]int) {
	h.t.Helper()
	if diff := cmp.Diff(want, h.server.Fleet("phi-4-mini").Versions); diff != "" {
		h.t.Errorf("the devices run (-want +got):\n%s", diff)
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

func TestApplyRunsTheStagesInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		succeeds(t, h.run(t.Context(), "2.0.0", 30*time.Minute, "5 10m", "25 1h"))
		h.expectWrites("0: create rollout", "10: update percentage", "70: update percentage")
		h.expectFleet(map[string]int{"2.0.0": 124})
		if took := time.Since(h.begun); took < 70*time.Minute || took > 72*time.Minute {
			t.Errorf("it took %s", took)
		}
		// Two requests each half minute, and a few while the devices of a stage switch.
		if n := len(h.server.Ledger()); n > 2*70*2+60 {
			t.Errorf("it took %d requests", n)
		}
		if got := h.state.Status.ValueString(); got != "completed" || !h.private.LastApplySucceeded {
			t.Errorf("the state is %s, last apply succeeded %v", got, h.private.LastApplySucceeded)
		}
	})
}

func TestApplyEndsWithTheBake(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meanwhile func(*harness)
		says      []string
		version   string
	}{
		"a manual rollback": {
			func(h *harness) {
				h.do("POST", "models/phi-4-mini/rollback", map[string]any{"to_version": "0.9.0", "reason": "wrong answers"})
			},
			[]string{"The rollout was rolled back", "manually", "wrong answers", "is now 0.9.0"}, "0.9.0",
		},
		"a rollback by the policy": {
			func(h *harness) {
				h.do("PUT", "settings/demo", map[string]any{"auto_rollback_enabled": true, "latency_p95_max_ms": 250})
				h.server.SetHealth("phi-4-mini", "2.0.0", sandbox.Health{LatencyP95MS: 900})
			},
			[]string{"The rollout was rolled back", "automatically by the organization's policy", "latency", "250", "900", "is now 1.0.0", "at 5 percent"}, "1.0.0",
		},
		"a pause": {
			func(h *harness) { h.do("POST", "models/phi-4-mini/rollouts/rol_00000003/pause", nil) },
			[]string{"The rollout is paused", "at 5 percent", "paused = false"}, "2.0.0",
		},
		"a deletion": {
			func(h *harness) { h.do("DELETE", "models/phi-4-mini/rollouts/rol_00000003?force=true", nil) },
			[]string{"The rollout was", "is now 1.0.0"}, "1.0.0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t)
				go func() {
					time.Sleep(20 * time.Minute)
					c.meanwhile(h)
				}()
				fails(t, h.run(t.Context(), "2.0.0", 30*time.Minute, "5 1h", "25 1h"), c.says...)
				if took := time.Since(h.begun); took < 20*time.Minute || took > 21*time.Minute {
					t.Errorf("it ended after %s", took)
				}
				if got := h.state.Version.ValueString(); got != c.version {
					t.Errorf("the state says %s; want %s", got, c.version)
				}
				if h.private.LastApplySucceeded || h.private.Pin != "2.0.0" {
					t.Errorf("private state is %+v", h.private)
				}
			})
		})
	}
}

func TestApplyAfterAnInterruptedBakeRepeatsTheStage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		ctx, interrupt := context.WithCancel(t.Context())
		time.AfterFunc(25*time.Minute, interrupt)
		fails(t, h.run(ctx, "2.0.0", 30*time.Minute, "5 10m", "25 1h"), "Interrupted while the rollout continues", "at 25 percent", "The next apply attaches")
		if took := time.Since(h.begun); took > 25*time.Minute+time.Second {
			t.Errorf("the interrupt took %s", took)
		}
		if h.state.RolloutID.ValueString() != "rol_00000003" || h.state.Percentage.ValueFloat64() != 25 {
			t.Errorf("the state has rollout %s at %s", h.state.RolloutID, h.state.Percentage)
		}
		succeeds(t, h.run(t.Context(), "2.0.0", 30*time.Minute, "5 10m", "25 1h"))
		// The stage at 25 percent, which was not watched to its end, is watched in full.
		h.expectWrites("0: create rollout", "10: update percentage", "85: update percentage")
		h.expectFleet(map[string]int{"2.0.0": 124})
	})
}

func TestApplyRespectsTheLimitsOfThePolicy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		h.do("PUT", "settings/demo", map[string]any{"max_rollout_step_percent": 40, "min_rollout_duration": "2h"})
		h.server.ClearLedger()
		succeeds(t, h.run(t.Context(), "2.0.0", 30*time.Minute, "10 30m"))
		h.expectWrites("0: create rollout", "120: update percentage", "240: update percentage", "360: update percentage")
		h.expectFleet(map[string]int{"2.0.0": 124})
		for _, e := range h.server.Ledger() {
			if e.Status > 299 {
				t.Errorf("the server refused %s with %d", e.Operation, e.Status)
			}
		}
	})
}

func TestApplyToleratesFourFailedPollsInARow(t *testing.T) {
	t.Parallel()
	for failures, ok := range map[int]bool{4: true, 5: false} {
		t.Run(fmt.Sprint(failures), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t)
				h.server.AddFault(sandbox.Fault{Method: "GET", Path: "models/*/rollouts", Nth: 3, Times: failures, Status: 503, Body: "down"})
				diags := h.run(t.Context(), "2.0.0", 30*time.Minute, "5 10m")
				if ok {
					succeeds(t, diags)
					return
				}
				fails(t, diags, "Could not follow the rollout", "503", "The next apply attaches")
				h.expectWrites("0: create rollout") // a poll that fails has no side effect
				if h.state.RolloutID.ValueString() != "rol_00000003" {
					t.Errorf("the state has rollout %s", h.state.RolloutID)
				}
			})
		})
	}
}

// What was counted last is said, also where the last look at the devices has failed.
func TestApplyReportsTheLastCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		h.server.SetOffline(50)
		h.server.AddFault(sandbox.Fault{Method: "GET", Path: "models/*/rollouts/*/affected-devices", Nth: 4, Times: -1, Status: 503})
		fails(t, h.run(t.Context(), "2.0.0", 30*time.Minute), "Could not follow the rollout", "62 of 124 devices updated")
	})
}

func TestApplyReportsProgressAtTheTimeLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t)
		h.server.SetOffline(50)
		fails(t, h.run(t.Context(), "2.0.0", 45*time.Minute, "10 15m"),
			"did not finish in time", "after 45m", "at 100 percent", "62 of 124 devices updated", "The next apply attaches")
		if took := time.Since(h.begun); took != time.Hour { // the bake does not count towards the limit
			t.Errorf("it took %s", took)
		}
		h.server.SetOffline(0)
		succeeds(t, h.run(t.Context(), "2.0.0", 45*time.Minute, "10 15m"))
		h.expectWrites("0: create rollout", "15: update percentage")
		h.expectFleet(map[string]int{"2.0.0": 124})
	})
}
