package provider_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// manyDeployments are as many deployments to the fleet as the sandbox has seeded models, in a configuration with one retry.
func manyDeployments(sb *acctest.Sandbox, n int, version string) string {
	return sb.Provider("max_retries = 1") + fmt.Sprintf(`
resource "octomil_model_deployment" "this" {
  count   = %d
  model   = format("model-%%06d", count.index + 1)
  version = %q
}
`, n, version)
}

// deployedMany deploys them, each with another version that can be deployed next.
func deployedMany(t *testing.T, n int) (*acctest.Sandbox, *acctest.CLI) {
	t.Helper()
	sb := acctest.Start(t, func(o *sandbox.Options) { o.SeedModels = n })
	for i := range n {
		versions := fmt.Sprintf("/api/v1/models/model-%06d/versions", i+1)
		sb.Do(t, "POST", versions, map[string]any{"version": "2.0.0", "format": "onnx", "storage_path": "m", "checksum": "sha256:0", "size_bytes": 1})
		sb.Do(t, "POST", versions+"/2.0.0/publish", nil)
	}
	cli := acctest.NewCLI(t, manyDeployments(sb, n, "1.0.0"))
	if r := cli.Run(t, "apply", "-auto-approve"); r.Code != 0 {
		t.Fatal(r.Output)
	}
	return sb, cli
}

// What the API key may not read, or the server does not answer, is asked for once in a walk, however many deployments would show it, and
// nothing else is said instead.
//
// CONTRACT.md 1.85
func TestAccProvider_failedReads(t *testing.T) {
	t.Parallel()
	const n = 12
	const counted, uncounted = "deploy 1.0.0 → 2.0.0, 124 of 124 devices", "deploy 1.0.0 → 2.0.0, unknown number of devices"
	for name, tc := range map[string]struct {
		// lacks is a scope that the key has not; without one, fault fails each request of a call.
		lacks string
		fault sandbox.Fault
		// refresh and plan are the requests of a plan without a change and of one that deploys.
		refresh, plan map[string]int
		// says is what the plan says of each deployment.
		says string
		code int
	}{
		"a key that may not read devices": {
			lacks: "devices:read", says: uncounted,
			refresh: map[string]int{"list devices": 1}, plan: map[string]int{"list devices": 1, "prepare deployment": 1, "get settings": 1},
		},
		"devices that fail": {
			fault: sandbox.Fault{Method: "GET", Path: "devices", Status: 500}, says: uncounted,
			refresh: map[string]int{"list devices": 2}, plan: map[string]int{"list devices": 2, "prepare deployment": n, "get settings": 1},
		},
		"a server without previews": {
			fault: sandbox.Fault{Method: "POST", Path: "deploy/prepare", Status: 404, Body: `{"detail":"Not Found"}`},
			plan:  map[string]int{"list devices": 1, "prepare deployment": 1}, says: counted,
		},
		"a server without counts of rollouts": {
			fault: sandbox.Fault{Method: "GET", Path: "models/*/rollouts/*/affected-devices", Status: 404, Body: `{"detail":"Not Found"}`},
			plan:  map[string]int{"get affected devices": 1}, says: counted,
		},
		"a server without settings": {
			fault: sandbox.Fault{Method: "GET", Path: "settings/demo", Status: 404, Body: `{"detail":"Not Found"}`},
			plan:  map[string]int{"get settings": 1}, says: counted,
		},
		"a key that may not read the policy": {
			lacks: "settings:read", plan: map[string]int{"get settings": 1}, says: "The limits of the organization's policy", code: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sb, cli := deployedMany(t, n)
			if tc.lacks != "" {
				scopes := strings.Split("models:read,rollouts:read,rollouts:write,devices:read,settings:read", ",")
				scopes = slices.DeleteFunc(scopes, func(scope string) bool { return scope == tc.lacks })
				key := sb.Do(t, http.MethodPost, "/api/v1/api-keys", map[string]any{"name": name, "scopes": scopes})
				sb.Key, _ = key["api_key"].(string)
			} else {
				tc.fault.Times = -1
				sb.AddFault(tc.fault)
			}
			run := func(version string, code int, want map[string]int, args ...string) string {
				t.Helper()
				cli.Configure(t, manyDeployments(sb, n, version))
				sb.ClearLedger()
				r := cli.Run(t, args...)
				count := map[string]int{}
				for _, e := range sb.Ledger() {
					count[e.Operation]++
				}
				for operation, times := range want {
					if count[operation] != times {
						t.Errorf("%v: %d requests to %s; want %d: %v", args, count[operation], operation, times, count)
					}
				}
				if r.Code != code {
					t.Errorf("%v ended with %d:\n%s", args, r.Code, r.Output)
				}
				return strings.Join(strings.Fields(regexp.MustCompile(`[│╷╵]`).ReplaceAllString(r.Output, " ")), " ")
			}
			run("1.0.0", 0, tc.refresh, "plan", "-detailed-exitcode")
			if output := run("2.0.0", tc.code, tc.plan, "plan"); strings.Count(output, tc.says) != n {
				t.Errorf("the plan does not say %d times %q:\n%s", n, tc.says, output)
			}
		})
	}
}
