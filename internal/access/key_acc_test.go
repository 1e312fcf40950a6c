package access_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
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

const keysPath = "/api/v1/api-keys"

// activeKeyIDs returns the IDs of the keys that are not revoked.
func activeKeyIDs(t *testing.T, sb *acctest.Sandbox) []string {
	t.Helper()
	var ids []string
	for _, k := range listObjects(t, sb, keysPath, "keys") {
		if k["revoked_at"] == nil {
			ids = append(ids, fmt.Sprint(k["id"]))
		}
	}
	return ids
}

// responseStatus returns the status of a request with a secret.
func responseStatus(t *testing.T, sb *acctest.Sandbox, secret any, path string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, sb.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", fmt.Sprint("Bearer ", secret))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	return response.StatusCode
}

func key(scopes ...any) map[string]any { return map[string]any{"name": "ci", "scopes": scopes} }

func TestAccAPIKey_lifecycle(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Helper()
		t.Parallel()
		sb := start(t, dialect)
		core := sb.Core(t, "octomil_api_key")
		core.Converge(t, key("models:read", "devices:read", "devices:write"), acctest.ActionCreate)
		secret := core.State()["api_key"]
		if responseStatus(t, sb, secret, "/api/v1/models") != 200 || responseStatus(t, sb, secret, keysPath) != 403 {
			t.Errorf("the scopes of the key %v are not enforced", secret)
		}
		if text, prefix := fmt.Sprint(secret), fmt.Sprint(core.State()["prefix"]); !strings.HasPrefix(text, prefix) || text == prefix {
			t.Errorf("prefix of %s is %s", text, prefix)
		}
		core.ExpectState(t, map[string]any{"id": "key_00000001", "name": "ci", "rotate_when": nil})

		// A change of the name or the scopes forces a new key.
		core.Converge(t, key("models:read"), acctest.ActionReplace)
		core.ExpectState(t, map[string]any{"id": "key_00000002", "scopes": []any{"models:read"}})
		core.Converge(t, map[string]any{"name": "cd", "scopes": []any{"models:read"}}, acctest.ActionReplace)
		core.Converge(t, map[string]any{"name": "cd"}, acctest.ActionReplace)
		core.ExpectState(t, map[string]any{"scopes": nil})
		if diff := cmp.Diff([]string{"key_00000004"}, activeKeyIDs(t, sb)); diff != "" {
			t.Errorf("active keys (-want +got):\n%s", diff)
		}
		if report := core.Destroy(); report.Failed() || len(activeKeyIDs(t, sb)) != 0 || responseStatus(t, sb, secret, "/api/v1/models") != 401 {
			t.Errorf("after the destroy the active keys are %v: %v", activeKeyIDs(t, sb), report.Errors)
		}
	})
}

// CONTRACT.md 7.4
func TestAccAPIKey_rotation(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Helper()
		t.Parallel()
		sb := start(t, dialect)
		core := sb.Core(t, "octomil_api_key")
		config := func(when any) map[string]any {
			return map[string]any{"name": "ci", "scopes": []any{"models:read"}, "rotate_when": when}
		}
		core.Converge(t, config("november"), acctest.ActionCreate)
		before := core.State()

		plan := core.Plan(config("december"))
		for _, name := range []string{"id", "api_key", "prefix", "created_at"} {
			if plan.Planned[name] != acctest.Unknown {
				t.Errorf("a rotation plans %s = %v", name, plan.Planned[name])
			}
		}
		core.Converge(t, config("december"), acctest.ActionUpdate)
		after := core.State()
		core.ExpectState(t, map[string]any{"id": "key_00000002", "name": "ci", "scopes": []any{"models:read"}, "rotate_when": "december"})
		if core.Identity()["id"] != "key_00000002" {
			t.Errorf("identity is %v", core.Identity())
		}
		if old, fresh := responseStatus(t, sb, before["api_key"], "/api/v1/models"), responseStatus(t, sb, after["api_key"], "/api/v1/models"); old != 401 || fresh != 200 {
			t.Errorf("status with the old secret is %d, with the new one %d", old, fresh)
		}

		// Removing rotate_when rotates nothing and keeps all values.
		core.Converge(t, config(nil), acctest.ActionUpdate)
		after["rotate_when"] = nil
		if diff := cmp.Diff(after, core.State()); diff != "" {
			t.Errorf("the key after rotate_when was removed (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"POST create key", "POST rotate key"}, sb.Writes()); diff != "" {
			t.Errorf("writes (-want +got):\n%s", diff)
		}
		// An unknown rotate_when may rotate the key.
		core.Converge(t, config("january"), acctest.ActionUpdate)
		if plan := core.Plan(config(acctest.Unknown)); plan.Failed() || plan.Planned["api_key"] != acctest.Unknown {
			t.Errorf("with an unknown rotate_when the plan is %v, %v", plan.Planned, plan.Errors)
		}
	})
}

func TestAccAPIKey_import(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Helper()
		t.Parallel()
		sb := start(t, dialect)
		for _, name := range []string{"ci", "twin", "twin"} {
			sb.Do(t, http.MethodPost, keysPath, map[string]any{"name": name, "scopes": map[string]any{"models": []string{"read"}, "devices": "write"}})
		}
		core := sb.Core(t, "octomil_api_key")
		for how, report := range map[string]acctest.Diagnostics{
			"by its ID": core.Import("key_00000001"), "by its name": core.Import("ci"),
			"by its identity": core.ImportIdentity(map[string]any{"id": "key_00000001"}),
		} {
			if report.Failed() {
				t.Errorf("import %s: %v", how, report.Errors)
			}
		}
		config := key("models:read", "devices:write")
		if plan := core.Plan(config); plan.Failed() || plan.Action != acctest.ActionNone {
			t.Errorf("plan after the import is %s: %v", plan.Action, plan.Errors)
		}
		core.ExpectState(t, map[string]any{"api_key": nil, "name": "ci"})

		// If two keys have the name, only an import by ID works, unless one of them is revoked.
		report := core.Import("twin")
		if !report.Failed() || !strings.Contains(report.Errors[0], "by its ID") || !strings.Contains(report.Errors[0], "`key_00000002`, `key_00000003`") {
			t.Errorf("import of a name that two keys have: %v", report.Errors)
		}
		sb.Do(t, http.MethodPost, keysPath+"/key_00000003/revoke", nil)
		if report := core.Import("twin"); report.Failed() || core.State()["id"] != "key_00000002" {
			t.Errorf("import of the active key: %v, %v", core.State(), report.Errors)
		}
		for _, id := range []string{"key_00000003", "none"} {
			if report := core.Import(id); !report.Failed() || !strings.Contains(report.Errors[0], fmt.Sprintf("No API key of this organization has the ID or the name %q", id)) {
				t.Errorf("import of %s: %v", id, report.Errors)
			}
		}

		// A rotation gives an imported key a secret.
		imported := sb.Core(t, "octomil_api_key")
		if report := imported.Import("ci"); report.Failed() {
			t.Fatal(report.Errors)
		}
		config["rotate_when"] = "first"
		imported.Converge(t, config, acctest.ActionUpdate)
		if secret := imported.State()["api_key"]; responseStatus(t, sb, secret, "/api/v1/models") != 200 {
			t.Errorf("secret after the rotation is %v", secret)
		}
	})
}

// A key that was revoked outside of Terraform is created again. One whose name or scopes differ is replaced.
func TestAccAPIKey_drift(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		core := sb.Core(t, "octomil_api_key")
		core.Converge(t, key("models:read"), acctest.ActionCreate)
		sb.Do(t, http.MethodPost, keysPath+"/key_00000001/revoke", nil)
		core.Converge(t, key("models:read"), acctest.ActionCreate)
		sb.Do(t, http.MethodPost, keysPath+"/key_00000002/rotate", nil)
		core.Converge(t, key("models:read"), acctest.ActionCreate)
		core.ExpectState(t, map[string]any{"id": "key_00000004"})
		for _, field := range []string{`"name":"other","scopes":["models:read"]`, `"name":"ci","scopes":{"models":"write"}`} {
			body := `[{"id":"key_00000004",` + field + `}]`
			sb.AddFault(sandbox.Fault{Method: http.MethodGet, Path: "api-keys", Status: 200, Body: body})
			if plan := core.Plan(key("models:read")); plan.Action != acctest.ActionReplace {
				t.Errorf("with %s the plan is %s: %v", field, plan.Action, plan.Errors)
			}
		}
		// A key no longer exists only if a list was read and does not contain it.
		sb.AddFault(sandbox.Fault{Method: http.MethodGet, Path: "api-keys", Status: 404, Body: `{"detail":"Not Found"}`})
		if plan := core.Plan(key("models:read")); !plan.Failed() || core.State() == nil {
			t.Errorf("on a server without the endpoint the state is %v: %v", core.State(), plan.Errors)
		}
	}, empty)
}

func TestAccAPIKey_list(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Helper()
		t.Parallel()
		sb := start(t, dialect)
		for _, name := range []string{"ci", "cd", "revoked", "ci"} {
			sb.Do(t, http.MethodPost, keysPath, map[string]any{"name": name, "scopes": []string{"models:read"}})
		}
		sb.Do(t, http.MethodPost, keysPath+"/key_00000003/revoke", nil)
		for _, tc := range []struct {
			filters map[string]any
			limit   int64
			want    []string
		}{
			{nil, 0, []string{"key_00000001", "key_00000002", "key_00000004"}},
			{map[string]any{"name": "ci"}, 0, []string{"key_00000001", "key_00000004"}},
			{map[string]any{"name": "revoked"}, 0, nil},
			{nil, 2, []string{"key_00000001", "key_00000002"}},
		} {
			found, report := sb.Query(t, "octomil_api_key", tc.filters, tc.limit, true)
			var ids []string
			for _, f := range found {
				ids = append(ids, fmt.Sprint(f.Identity["id"]))
				if f.Attributes["api_key"] != nil || f.Attributes["prefix"] == nil || f.Name != f.Attributes["name"] {
					t.Errorf("found %+v", f)
				}
			}
			if diff := cmp.Diff(tc.want, ids); diff != "" || report.Failed() {
				t.Errorf("%v, limit %d, %v (-want +got):\n%s", tc.filters, tc.limit, report.Errors, diff)
			}
		}
	})
}

// An error belongs to the attribute that caused it, and contains the request ID.
//
// CONTRACT.md 7.15
func TestAccAPIKey_invalidConfig(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Helper()
		t.Parallel()
		sb := start(t, dialect)
		core := sb.Core(t, "octomil_api_key")
		for want, config := range map[string]map[string]any{
			"name: Invalid":                      {"name": ""},
			"must have the form `resource:permi": key("models"),
			"such as `models:read`":              key("Models:read"),
		} {
			if plan := core.Plan(config); !plan.Failed() || !strings.Contains(plan.Errors[0], want) {
				t.Errorf("%v: %v", config, plan.Errors)
			}
		}
		sb.AddFault(sandbox.Fault{
			Method: http.MethodPost, Path: "api-keys", Status: 422, Body: `{"detail":[{"loc":["body","scopes"],"msg":"no such scope"}]}`,
		})
		report := core.Apply(core.Plan(key("moduls:read")))
		if !report.Failed() || !strings.HasPrefix(report.Errors[0], "scopes: Could not create the API key") ||
			!strings.Contains(report.Errors[0], "no such scope") || !strings.Contains(report.Errors[0], "req_") {
			t.Errorf("got the errors %v", report.Errors)
		}
		if core.State() != nil || len(activeKeyIDs(t, sb)) != 0 {
			t.Errorf("after the error the state is %v, the active keys are %v", core.State(), activeKeyIDs(t, sb))
		}
	})
}

// If the responses of a create and a rotation are lost, one key is active afterwards, and its secret is in the state.
func TestAccAPIKey_responseLost(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	core := sb.Core(t, "octomil_api_key")
	lost := func(path string) {
		sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: path, Execute: true, Cut: sandbox.CutBody})
	}
	lost("api-keys")
	lost("api-keys/*/revoke")
	core.Converge(t, key("models:read"), acctest.ActionCreate)
	core.ExpectState(t, map[string]any{"id": "key_00000002"})
	lost("api-keys/*/rotate")
	config := key("models:read")
	config["rotate_when"] = "now"
	core.Converge(t, config, acctest.ActionUpdate)
	core.ExpectState(t, map[string]any{"id": "key_00000004"})
	if got := responseStatus(t, sb, core.State()["api_key"], "/api/v1/models"); got != 200 {
		t.Errorf("status with the secret in the state is %d", got)
	}
	if diff := cmp.Diff([]string{"key_00000004"}, activeKeyIDs(t, sb)); diff != "" {
		t.Errorf("active keys (-want +got):\n%s", diff)
	}
	want := []string{"POST create key", "POST revoke key", "POST create key", "POST rotate key", "POST rotate key"}
	if diff := cmp.Diff(want, sb.Writes()); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
}

// An error names the key that could not be revoked.
func TestAccAPIKey_revokeFails(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: "api-keys", Execute: true, Status: 500})
	sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: "api-keys/*/revoke", Status: 403, Times: -1})
	core := sb.Core(t, "octomil_api_key")
	report := core.Apply(core.Plan(key("models:read")))
	if !report.Failed() || core.State() != nil {
		t.Fatalf("state is %v: %v", core.State(), report.Errors)
	}
	for _, must := range []string{"500", "403", `Revoke the newest key named "ci"`, "req_"} {
		if !strings.Contains(report.Errors[0], must) {
			t.Errorf("the error does not contain %s: %s", must, report.Errors[0])
		}
	}
	if n := len(activeKeyIDs(t, sb)); n != 1 {
		t.Errorf("%d keys are active", n)
	}
}

// Keys with the same name that are created concurrently are not mistaken for each other when a response is lost.
func TestAccAPIKey_sameName(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectSDK)
	cli := acctest.NewCLI(t, sb.Provider()+`
resource "octomil_api_key" "twin" {
  count  = 4
  name   = "twin"
  scopes = ["models:read"]
}
output "keys" {
  value     = octomil_api_key.twin[*].api_key
  sensitive = true
}
`)
	sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: "api-keys", Nth: 2, Times: 2, Execute: true, Cut: sandbox.CutBefore})
	if r := cli.Run(t, "apply", "-auto-approve"); r.Code != 0 {
		t.Fatal(r.Output)
	}
	r := cli.Run(t, "output", "-json", "keys")
	secrets := strings.FieldsFunc(r.Output, func(c rune) bool { return strings.ContainsRune("[]\",\n ", c) })
	secrets = slices.DeleteFunc(secrets, func(word string) bool { return !strings.HasPrefix(word, "edg_") })
	for _, secret := range secrets {
		if got := responseStatus(t, sb, secret, "/api/v1/models"); got != 200 {
			t.Errorf("status with a key is %d", got)
		}
	}
	if len(secrets) != 4 || len(activeKeyIDs(t, sb)) != 4 {
		t.Errorf("%d secrets are known, the active keys are %v", len(secrets), activeKeyIDs(t, sb))
	}
}

// Terraform rotates a key in place, and replaces it with create_before_destroy.
func TestAccAPIKey_commandLine(t *testing.T) {
	t.Parallel()
	const ci = "octomil_api_key.ci"
	sb := start(t, sandbox.DialectDocs)
	config := func(scope, when string) string {
		return sb.Provider() + fmt.Sprintf(`
resource "octomil_api_key" "ci" {
  name        = "ci"
  scopes      = [%q]
  rotate_when = %q
  lifecycle {
    create_before_destroy = true
  }
}
`, scope, when)
	}
	step := func(config string, action plancheck.ResourceActionType, id string) resource.TestStep {
		return resource.TestStep{
			Config:            config,
			ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(ci, action)}},
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(ci, tfjsonpath.New("id"), knownvalue.StringExact(id))},
		}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{
			step(config("models:read", "november"), plancheck.ResourceActionCreate, "key_00000001"),
			step(config("models:read", "december"), plancheck.ResourceActionUpdate, "key_00000002"),
			step(config("models:write", "december"), plancheck.ResourceActionCreateBeforeDestroy, "key_00000003"),
			{
				ResourceName: ci, ImportState: true, ImportStateVerify: true, ImportStateId: "ci",
				ImportStateVerifyIgnore: []string{"api_key", "rotate_when"},
			},
		},
	})
	want := []string{"POST create key", "POST rotate key", "POST create key", "POST revoke key", "POST revoke key"}
	if diff := cmp.Diff(want, sb.Writes()); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
}
