package policy_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

const settingsAddress = "octomil_org_settings.those"

// CONTRACT.md 6.22, 6.23
func TestAccOrgSettings_lifecycle(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Helper()
		t.Parallel()
		sb := start(t, dialect)
		setSettings(t, sb, map[string]any{"audit_retention_days": 30, "hipaa_mode": true})
		before := settings(t, sb)
		shows := func(attribute string, want knownvalue.Check) statecheck.StateCheck {
			return statecheck.ExpectKnownValue(settingsAddress, tfjsonpath.New(attribute), want)
		}
		first := sb.Provider() + settingsHCL("audit_retention_days = 365\nmfa_required = true\nsession_duration_hours = 8")
		second := sb.Provider() + settingsHCL("org_id = \"demo\"\naudit_retention_days = 2190\nmfa_required = true\nhipaa_mode = false")
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProviderFactories(),
			Steps: []resource.TestStep{
				{
					Config: first,
					ConfigStateChecks: []statecheck.StateCheck{
						shows("id", knownvalue.StringExact("demo")), shows("org_id", knownvalue.StringExact("demo")),
						shows("audit_retention_days", knownvalue.Int64Exact(365)), shows("reauth_interval_minutes", knownvalue.Int64Exact(60)),
						shows("hipaa_mode", knownvalue.Bool(true)), shows("require_admin_approval", knownvalue.Bool(false)),
					},
				},
				{
					PreConfig: func() {
						expectSettings(t, sb, before, map[string]any{"audit_retention_days": 365.0, "mfa_required": true, "session_duration_hours": 8.0})
					},
					Config: second, ConfigPlanChecks: action(settingsAddress, plancheck.ResourceActionUpdate),
				},
				{
					PreConfig: func() {
						expectSettings(t, sb, before, map[string]any{
							"audit_retention_days": 2190.0, "mfa_required": true, "session_duration_hours": 8.0, "hipaa_mode": false,
						})
						setSettings(t, sb, map[string]any{"audit_retention_days": 1, "hipaa_mode": true, "require_model_approval": true})
					},
					Config: second, ConfigPlanChecks: action(settingsAddress, plancheck.ResourceActionUpdate),
				},
				{ResourceName: settingsAddress, ImportState: true, ImportStateVerify: true, ImportStateId: "demo"},
				{Config: second, ConfigPlanChecks: emptyPlan()},
			},
		})
		// Settings that were not managed keep the values that were set outside of Terraform.
		expectSettings(t, sb, before, map[string]any{"require_model_approval": true})
	})
}

func TestAccOrgSettings_invalidConfig(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectSDK)
	before := settings(t, sb)
	mistake := func(attributes, message string) resource.TestStep {
		return resource.TestStep{Config: sb.Provider() + settingsHCL(attributes), ExpectError: regexp.MustCompile(message)}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			mistake("audit_retention_days = -1", `must be at least 0`),
			mistake("org_id = \"unknown\"\nmfa_required = true", `(?s)with octomil_org_settings\.those.*org_id.*"unknown"\s+was not\s+found`),
			{
				PreConfig: func() {
					sb.AddFault(sandbox.Fault{
						Method: http.MethodPut, Path: "settings/*", Status: 422,
						Body: `{"detail":[{"loc":["body","session_duration_hours"],"msg":"is too short"}]}`,
					})
				},
				Config:      sb.Provider() + settingsHCL("session_duration_hours = 1"),
				ExpectError: regexp.MustCompile(`(?s)session_duration_hours = 1.*Could not write the organization's settings.*422.*is too short.*req_`),
			},
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
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Helper()
		t.Parallel()
		sb := start(t, dialect)
		recorder := &recorder{next: sb.Server}
		web := httptest.NewServer(recorder)
		t.Cleanup(web.Close)
		provider := strings.ReplaceAll(sb.Provider(), sb.URL, web.URL)
		before := settings(t, sb)
		const policyAlone = "auto_rollback = true\nlatency_p95_max = \"250ms\"\n"
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProviderFactories(),
			Steps: []resource.TestStep{
				{Config: provider + policyHCL("this", policyAlone) + settingsHCL("mfa_required = true\nsession_duration_hours = 8")},
				{
					Config: provider + policyHCL("this", "auto_rollback = false\nlatency_p95_max = \"1s\"") +
						settingsHCL("mfa_required = false\nsession_duration_hours = 4\nhipaa_mode = true"),
				},
				{
					PreConfig: func() {
						expectSettings(t, sb, before, map[string]any{
							"auto_rollback_enabled": false, "latency_p95_max_ms": 1000.0, "session_duration_hours": 4.0, "hipaa_mode": true,
						})
					},
					Config: provider + policyHCL("this", policyAlone),
				},
				{
					// The settings were destroyed, and the policy's values are unchanged.
					PreConfig: func() {
						expectSettings(t, sb, before, map[string]any{"auto_rollback_enabled": true, "latency_p95_max_ms": 250.0})
					},
					Config: provider + policyHCL("this", policyAlone), ConfigPlanChecks: emptyPlan(),
				},
			},
		})
		for caller, want := range map[string][]string{
			"octomil_rollback_policy": {"auto_rollback_enabled", "latency_p95_max_ms"},
			"octomil_org_settings":    {"hipaa_mode", "mfa_required", "session_duration_hours"},
		} {
			if diff := cmp.Diff(want, recorder.written(caller)); diff != "" {
				t.Errorf("keys written by %s (-want +got):\n%s", caller, diff)
			}
		}
	})
}
