package policy_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// CONTRACT.md 6.22, 6.23
func TestAccOrgSettings_lifecycle(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		setSettings(t, sb, map[string]any{"audit_retention_days": 30, "hipaa_mode": true})
		before := settings(t, sb)
		core := sb.Core(t, "octomil_org_settings")
		second := map[string]any{"org_id": "demo", "audit_retention_days": 2190, "mfa_required": true, "hipaa_mode": false}
		core.Converge(t, map[string]any{"audit_retention_days": 365, "mfa_required": true, "session_duration_hours": 8}, acctest.ActionCreate)
		core.ExpectState(t, map[string]any{
			"id": "demo", "org_id": "demo", "audit_retention_days": 365.0, "reauth_interval_minutes": 60.0, "hipaa_mode": true, "require_admin_approval": false,
		})
		expectSettings(t, sb, before, map[string]any{"audit_retention_days": 365.0, "mfa_required": true, "session_duration_hours": 8.0})
		core.Converge(t, second, acctest.ActionUpdate)
		expectSettings(t, sb, before, map[string]any{
			"audit_retention_days": 2190.0, "mfa_required": true, "session_duration_hours": 8.0, "hipaa_mode": false,
		})
		setSettings(t, sb, map[string]any{"audit_retention_days": 1, "hipaa_mode": true, "require_model_approval": true})
		core.Converge(t, second, acctest.ActionUpdate)
		core.ExpectImport(t, "demo")
		core.ExpectAction(t, second, acctest.ActionNone)
		destroy(t, core)
		// Settings that were not managed keep the values that were set outside of Terraform.
		expectSettings(t, sb, before, map[string]any{"require_model_approval": true})
	}, empty)
}

func TestAccOrgSettings_invalidConfig(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, empty, func(o *sandbox.Options) { o.Dialect = sandbox.DialectSDK })
		before := settings(t, sb)
		core := sb.Core(t, "octomil_org_settings")
		core.ExpectRefused(t, map[string]any{"audit_retention_days": -1}, "must be at least 0")
		core.ExpectRefused(t, map[string]any{"org_id": "unknown", "mfa_required": true}, "org_id: ", `"unknown" was not found`)
		sb.AddFault(tooShort)
		core.ExpectRefused(t, map[string]any{"session_duration_hours": 1},
			"session_duration_hours: ", "Could not write the organization's settings", "422", "is too short", "req_")
		expectSettings(t, sb, before, nil)
	})
}

var tooShort = sandbox.Fault{
	Method: http.MethodPut, Path: "settings/*", Status: 422, Body: `{"detail":[{"loc":["body","session_duration_hours"],"msg":"is too short"}]}`,
}

// What Terraform prints of an error has its attribute, with the line of the configuration.
func TestAccOrgSettings_commandLine(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectSDK)
	before := settings(t, sb)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			{
				PreConfig:   func() { sb.AddFault(tooShort) },
				Config:      sb.Provider() + settingsHCL("session_duration_hours = 1"),
				ExpectError: regexp.MustCompile(`(?s)session_duration_hours = 1.*Could not write the organization's settings.*422.*is too short.*req_`),
			},
			{Config: sb.Provider() + settingsHCL("audit_retention_days = 365")},
			{ResourceName: "octomil_org_settings.those", ImportState: true, ImportStateVerify: true, ImportStateId: "demo"},
		},
	})
	expectSettings(t, sb, before, nil)
}

// recorder is a proxy for a sandbox that records the writes of settings.
type recorder struct {
	next http.Handler

	mu     sync.Mutex
	bodies []map[string]any
	// callers are the resource types that have sent the bodies.
	callers []string
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method == http.MethodPut {
		raw, _ := io.ReadAll(req.Body)
		req.Body = io.NopCloser(bytes.NewReader(raw))
		var body map[string]any
		_ = json.Unmarshal(raw, &body)
		r.mu.Lock()
		agent := strings.Fields(req.UserAgent())
		r.bodies, r.callers = append(r.bodies, body), append(r.callers, agent[len(agent)-1])
		r.mu.Unlock()
	}
	r.next.ServeHTTP(w, req)
}

// written returns the keys that a resource type has written.
func (r *recorder) written(caller string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	keys := map[string]bool{}
	for i, body := range r.bodies {
		for key := range body {
			if r.callers[i] == caller {
				keys[key] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

// The rollback policy and the settings of one organization, changed in one apply, never touch each other's keys.
func TestAccOrgSettings_besideRollbackPolicy(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		before := settings(t, sb)
		recorder := &recorder{next: sb.Server}
		sb.ServeThrough(recorder)
		policy := sb.Core(t, "octomil_rollback_policy")
		those := policy.Beside("octomil_org_settings")
		apply := func(want acctest.Action, policyConfig, settingsConfig map[string]any) {
			t.Helper()
			plans := []acctest.Plan{policy.ExpectAction(t, policyConfig, want), those.ExpectAction(t, settingsConfig, want)}
			for i, core := range []*acctest.Core{policy, those} {
				if said := core.Apply(plans[i]); said.Failed() {
					t.Fatal(said.Errors)
				}
			}
			policy.ExpectAction(t, policyConfig, acctest.ActionNone)
			those.ExpectAction(t, settingsConfig, acctest.ActionNone)
		}
		policyAlone := map[string]any{"auto_rollback": true, "latency_p95_max": "250ms"}
		apply(acctest.ActionCreate, policyAlone, map[string]any{"mfa_required": true, "session_duration_hours": 8})
		apply(acctest.ActionUpdate, map[string]any{"auto_rollback": false, "latency_p95_max": "1s"},
			map[string]any{"mfa_required": false, "session_duration_hours": 4, "hipaa_mode": true})
		expectSettings(t, sb, before, map[string]any{
			"auto_rollback_enabled": false, "latency_p95_max_ms": 1000.0, "session_duration_hours": 4.0, "hipaa_mode": true,
		})
		plan := policy.ExpectAction(t, policyAlone, acctest.ActionUpdate)
		gone := those.PlanDestroy()
		if said := policy.Apply(plan); said.Failed() {
			t.Fatal(said.Errors)
		}
		if said := those.Apply(gone); said.Failed() {
			t.Fatal(said.Errors)
		}
		// The settings were destroyed, and the policy's values are unchanged.
		expectSettings(t, sb, before, map[string]any{"auto_rollback_enabled": true, "latency_p95_max_ms": 250.0})
		policy.ExpectAction(t, policyAlone, acctest.ActionNone)
		for caller, want := range map[string][]string{
			"octomil_rollback_policy": {"auto_rollback_enabled", "latency_p95_max_ms"},
			"octomil_org_settings":    {"hipaa_mode", "mfa_required", "session_duration_hours"},
		} {
			if diff := cmp.Diff(want, recorder.written(caller)); diff != "" {
				t.Errorf("keys written by %s (-want +got):\n%s", caller, diff)
			}
		}
	}, empty)
}
