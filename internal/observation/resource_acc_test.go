package observation_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// kind is what the tests need to know about one of the two resources.
type kind struct {
	typeName, path string
	// config is a configuration with the secret "one-1111". changed are changes of the attributes that only this kind has.
	config, changed map[string]any
	// sent returns the credentials that the server has for a secret.
	sent func(secret string) map[string]any
	// tamper is a change made outside of Terraform.
	tamper map[string]any
}

var kinds = []kind{
	{
		typeName: "octomil_metrics_integration", path: "/api/v1/metrics/integrations",
		config: map[string]any{
			"name": "dd", "integration_type": "datadog", "config": map[string]any{"site": "eu", "port": 8125},
			"credentials": map[string]any{"api_key": "one-1111"},
		},
		changed: map[string]any{"config": map[string]any{"site": "us", "port": 8125}},
		sent:    func(secret string) map[string]any { return map[string]any{"api_key": secret} },
		tamper:  map[string]any{"config": map[string]any{"site": "asia", "port": 8125, "api_key": "theirs"}},
	},
	{
		typeName: "octomil_log_integration", path: "/api/v1/log-streams/integrations",
		config: map[string]any{
			"name": "loki", "integration_type": "otlp", "endpoint_url": "https://logs.example.com/v1",
			"credentials": map[string]any{"Authorization": "one-1111"},
		},
		changed: map[string]any{"endpoint_url": "https://logs.example.org/v1"},
		sent: func(secret string) map[string]any {
			return map[string]any{"type": "headers", "headers": map[string]any{"Authorization": secret}}
		},
		tamper: map[string]any{"endpoint_url": "https://theirs.example.com", "auth_config": map[string]any{"type": "headers"}},
	},
}

// kindsInEachDialect runs a test for both resources in both dialects, each with its own sandbox.
func kindsInEachDialect(t *testing.T, run func(t *testing.T, k kind, sb *acctest.Sandbox)) {
	t.Helper()
	for _, k := range kinds {
		t.Run(k.typeName, func(t *testing.T) {
			t.Parallel()
			acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) { t.Helper(); run(t, k, sb) })
		})
	}
}

// with returns the configuration with these changes.
func (k kind) with(changes map[string]any) map[string]any {
	config := maps.Clone(k.config)
	maps.Copy(config, changes)
	return config
}

// secret returns the credentials with another secret.
func (k kind) secret(text string) map[string]any {
	configured, _ := k.config["credentials"].(map[string]any)
	credentials := map[string]any{}
	for name := range configured {
		credentials[name] = text
	}
	return map[string]any{"credentials": credentials}
}

func expectCredentials(t *testing.T, sb *acctest.Sandbox, core *acctest.Core, want map[string]any) {
	t.Helper()
	if diff := cmp.Diff(want, sb.Credentials(fmt.Sprint(core.State()["id"]))); diff != "" {
		t.Errorf("credentials on the server (-want +got):\n%s", diff)
	}
}

// integrationPath returns the path of the integration in state.
func integrationPath(t *testing.T, k kind, sb *acctest.Sandbox, core *acctest.Core) string {
	t.Helper()
	return "/api/v1/settings/integrations/" + fmt.Sprint(core.State()["id"])
}

// CONTRACT.md 7.83
func TestAccIntegrations_lifecycle(t *testing.T) {
	t.Parallel()
	kindsInEachDialect(t, func(t *testing.T, k kind, sb *acctest.Sandbox) {
		core := sb.Core(t, k.typeName)
		core.Converge(t, k.config, acctest.ActionCreate)
		if core.State()["enabled"] != true || core.State()["org_id"] != "demo" {
			t.Errorf("after the create the state is %v", core.State())
		}
		off := k.with(map[string]any{"enabled": false, "name": "renamed"})
		core.Converge(t, off, acctest.ActionUpdate)
		core.Converge(t, k.with(k.changed), acctest.ActionUpdate)

		// The integration is changed and then deleted outside of Terraform.
		sb.Do(t, http.MethodPatch, integrationPath(t, k, sb, core), map[string]any{"enabled": false, "name": "theirs"})
		core.Converge(t, k.with(k.changed), acctest.ActionUpdate)
		sb.Do(t, http.MethodPatch, integrationPath(t, k, sb, core), k.tamper)
		core.Converge(t, k.with(k.changed), acctest.ActionUpdate)
		sb.Do(t, http.MethodDelete, integrationPath(t, k, sb, core), nil)
		core.Converge(t, k.config, acctest.ActionCreate)
		expectCredentials(t, sb, core, k.sent("one-1111"))

		core.Converge(t, k.with(map[string]any{"integration_type": "statsd", "credentials": nil}), acctest.ActionReplace)
		if report := core.Destroy(); report.Failed() {
			t.Error(report.Errors)
		}
		response := sb.Do(t, http.MethodGet, k.path, nil)
		if list, _ := response["items"].([]any); len(list) > 0 {
			t.Errorf("after the destroy the server has %v", list)
		}
	})
}

// Changed credentials are sent, unchanged ones are not sent again, and removed ones are removed from the server.
func TestAccIntegrations_credentials(t *testing.T) {
	t.Parallel()
	kindsInEachDialect(t, func(t *testing.T, k kind, sb *acctest.Sandbox) {
		core := sb.Core(t, k.typeName)
		core.Converge(t, k.config, acctest.ActionCreate)
		expectCredentials(t, sb, core, k.sent("one-1111"))

		plan := core.Plan(k.with(k.secret("two-2222")))
		if plan.Action != acctest.ActionUpdate || plan.Planned["credentials_revision"] != acctest.Unknown {
			t.Errorf("changed credentials plan %s, %v", plan.Action, plan.Planned)
		}
		core.Converge(t, k.with(k.secret("two-2222")), acctest.ActionUpdate)
		expectCredentials(t, sb, core, k.sent("two-2222"))
		if revision := core.State()["credentials_revision"]; revision != 2.0 {
			t.Errorf("the revision is %v, want 2", revision)
		}

		// An update of other attributes keeps credentials that were changed outside of Terraform.
		theirs := maps.Clone(k.tamper)
		if config, ok := k.config["config"].(map[string]any); ok {
			theirs["config"] = map[string]any{"site": config["site"], "port": config["port"], "api_key": "theirs"}
		}
		delete(theirs, "endpoint_url")
		sb.Do(t, http.MethodPatch, integrationPath(t, k, sb, core), theirs)
		before := sb.Credentials(fmt.Sprint(core.State()["id"]))
		renamed := k.with(k.secret("two-2222"))
		renamed["name"] = "renamed"
		core.Converge(t, renamed, acctest.ActionUpdate)
		expectCredentials(t, sb, core, before)

		none := k.with(map[string]any{"credentials": nil})
		core.Converge(t, none, acctest.ActionUpdate)
		expectCredentials(t, sb, core, map[string]any{})
		core.Converge(t, k.with(map[string]any{"credentials": map[string]any{}}), acctest.ActionNone)
	})
}

// The server replaces the configuration and the credentials as a whole, so both are sent.
//
// CONTRACT.md 7.84
func TestAccMetricsIntegration_credentialsSentWithConfig(t *testing.T) {
	t.Parallel()
	k, sb := kinds[0], acctest.Start(t)
	core := sb.Core(t, k.typeName)
	core.Converge(t, k.config, acctest.ActionCreate)
	core.Converge(t, k.with(k.changed), acctest.ActionUpdate)
	expectCredentials(t, sb, core, k.sent("one-1111"))
	if revision := core.State()["credentials_revision"]; revision != 1.0 {
		t.Errorf("the revision is %v although the credentials are the same", revision)
	}
	// After an import it is unknown whether the server has credentials.
	imported := sb.Core(t, k.typeName)
	if report := imported.Import("dd"); report.Failed() {
		t.Fatal(report.Errors)
	}
	plan := imported.Plan(k.with(map[string]any{"credentials": nil}))
	if len(plan.Warnings) != 1 || !strings.HasPrefix(plan.Warnings[0], "credentials: The server may lose credentials") {
		t.Errorf("warnings are %q", plan.Warnings)
	}
}

func TestAccIntegrations_import(t *testing.T) {
	t.Parallel()
	kindsInEachDialect(t, func(t *testing.T, k kind, sb *acctest.Sandbox) {
		core := sb.Core(t, k.typeName)
		core.Converge(t, k.config, acctest.ActionCreate)
		id, name := fmt.Sprint(core.State()["id"]), fmt.Sprint(k.config["name"])
		none := k.with(map[string]any{"credentials": nil})
		for _, idOrName := range []string{id, name} {
			imported := sb.Core(t, k.typeName)
			if report := imported.Import(idOrName); report.Failed() {
				t.Fatal(report.Errors)
			}
			imported.Converge(t, none, acctest.ActionNone)
			// The credentials are sent once, because it is unknown whether the server has them.
			imported.Converge(t, k.config, acctest.ActionUpdate)
			if got := imported.State()["credentials_revision"]; got != 1.0 {
				t.Errorf("the revision is %v", got)
			}
		}
		imported := sb.Core(t, k.typeName)
		if report := imported.ImportIdentity(map[string]any{"org_id": "demo", "id": id}); report.Failed() {
			t.Fatal(report.Errors)
		}
		imported.Converge(t, none, acctest.ActionNone)

		// An import by name requires a unique name, and an import by identity the right kind.
		sb.Core(t, k.typeName).Converge(t, k.config, acctest.ActionCreate)
		if report := sb.Core(t, k.typeName).Import(name); len(report.Errors) != 1 || !strings.Contains(report.Errors[0], "2 ") || !strings.Contains(report.Errors[0], id) {
			t.Errorf("an import by a duplicate name: %v", report.Errors)
		}
		otherKind := kinds[0]
		if k.typeName == otherKind.typeName {
			otherKind = kinds[1]
		}
		if report := sb.Core(t, otherKind.typeName).ImportIdentity(map[string]any{"id": id}); len(report.Errors) != 1 ||
			!strings.Contains(report.Errors[0], "of another type") {
			t.Errorf("an import with the identity of the other kind: %v", report.Errors)
		}
	})
}

func TestAccIntegrations_invalidConfig(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	metrics, logs := kinds[0], kinds[1]
	for prefix, plan := range map[string]acctest.Plan{
		"name: Invalid":              sb.Core(t, metrics.typeName).Plan(metrics.with(map[string]any{"name": ""})),
		"integration_type: Invalid":  sb.Core(t, metrics.typeName).Plan(metrics.with(map[string]any{"integration_type": "carrier-pigeon"})),
		"config: Invalid `config`":   sb.Core(t, metrics.typeName).Plan(metrics.with(map[string]any{"config": "x"})),
		"config: Secret in `config`": sb.Core(t, metrics.typeName).Plan(metrics.with(map[string]any{"config": map[string]any{"api_key": "x"}})),
		"endpoint_url: Invalid":      sb.Core(t, logs.typeName).Plan(logs.with(map[string]any{"endpoint_url": ""})),
	} {
		if len(plan.Errors) == 0 || !strings.HasPrefix(plan.Errors[0], prefix) {
			t.Errorf("want %q: %q", prefix, plan.Errors)
		}
	}
	// A value that only the server rejects is an error on its attribute, with the request ID, and creates nothing.
	core := sb.Core(t, logs.typeName)
	report := core.Apply(core.Plan(logs.with(map[string]any{"endpoint_url": "logs.example.com"})))
	if len(report.Errors) != 1 || !strings.HasPrefix(report.Errors[0], "endpoint_url: Could not create the log integration") ||
		!strings.Contains(report.Errors[0], "req_") || core.State() != nil {
		t.Errorf("got %q, state %v", report.Errors, core.State())
	}
	sb.AddFault(sandbox.Fault{Method: "POST", Path: "log-streams/integrations", Status: 422, Body: `{"detail":[{"loc":["body","auth_config"],"msg":"no"}]}`})
	if report := core.Apply(core.Plan(logs.config)); len(report.Errors) != 1 || !strings.HasPrefix(report.Errors[0], "credentials: ") {
		t.Errorf("rejected credentials: %q", report.Errors)
	}
}

func TestAccIntegrations_list(t *testing.T) {
	t.Parallel()
	kindsInEachDialect(t, func(t *testing.T, k kind, sb *acctest.Sandbox) {
		sb.Core(t, k.typeName).Converge(t, k.config, acctest.ActionCreate)
		sb.Core(t, k.typeName).Converge(t, k.with(map[string]any{"name": "second", "integration_type": "statsd"}), acctest.ActionCreate)
		for _, tc := range []struct {
			filters map[string]any
			limit   int64
			want    []string
		}{
			{nil, 0, []string{fmt.Sprint(k.config["name"]), "second"}},
			{map[string]any{"integration_type": "statsd"}, 0, []string{"second"}},
			{nil, 1, []string{fmt.Sprint(k.config["name"])}},
		} {
			found, report := sb.Query(t, k.typeName, tc.filters, tc.limit, true)
			var names []string
			for _, f := range found {
				names = append(names, f.Name)
				if f.Attributes["credentials"] != nil || f.Attributes["integration_type"] == nil {
					t.Errorf("%s is listed as %v", f.Name, f.Attributes)
				}
			}
			if diff := cmp.Diff(tc.want, names); diff != "" || report.Failed() {
				t.Errorf("%v, limit %d: %v (-want +got):\n%s", tc.filters, tc.limit, report.Errors, diff)
			}
		}
	})
}

// With the real CLI and trace logging, the secrets appear in none of its files and in no output.
func TestAccIntegrations_credentialsLeaveNoTrace(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.EphemeralValues, acctest.WriteOnlyAttributes)
	sb := acctest.Start(t)
	const variable = "variable \"secret\" {\n  type = string\n  ephemeral = true\n}\n"
	cli := acctest.NewCLI(t, sb.Provider()+variable+`
resource "octomil_metrics_integration" "x" {
  name             = "x"
  integration_type = "datadog"
  config           = { site = "eu" }
  credentials      = { api_key = var.secret }
}
resource "octomil_log_integration" "x" {
  name             = "x"
  integration_type = "otlp"
  endpoint_url     = "https://logs.example.com"
  credentials      = { Authorization = var.secret }
}
`)
	run := func(secret string, code int, args ...string) {
		t.Helper()
		cli.Env = []string{"TF_LOG=TRACE", "TF_LOG_PATH=" + filepath.Join(cli.Dir, "trace.log"), "TF_VAR_secret=" + secret}
		r := cli.Run(t, args...)
		if r.Code != code || strings.Contains(r.Output, secret) {
			t.Fatalf("%v: exit code %d, want %d, or the output has the secret:\n%s", args, r.Code, code, r.Output)
		}
	}
	const one, two = "hunter2-one/x", "hunter2-two/x"
	// The server repeats the secret in an error, before the apply that succeeds.
	echo := sandbox.Fault{Status: 400, Body: `{"detail":"bad ` + one + `"}`}
	echo.Method, echo.Path = "POST", "metrics/integrations"
	sb.AddFault(echo)
	run(one, 1, "apply", "-auto-approve")
	sb.ClearFaults()
	run(one, 0, "apply", "-auto-approve")
	run(one, 0, "plan", "-detailed-exitcode")
	run(two, 2, "plan", "-detailed-exitcode", "-out=two.tfplan")
	run(two, 0, "show", "-json", "two.tfplan")
	run(two, 0, "apply", "two.tfplan")
	run(two, 0, "plan", "-detailed-exitcode")
	if got := sb.Credentials("met_00000001"); got["api_key"] != two {
		t.Errorf("the server has %v", got)
	}
	entries, err := os.ReadDir(cli.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(cli.Dir, entry.Name()))
		if err == nil && strings.Contains(string(content), "hunter2") {
			t.Errorf("%s has a secret", entry.Name())
		}
		if entry.Name() == "trace.log" && !strings.Contains(string(content), "Request to the control API") {
			t.Error("the log has no requests to the control API")
		}
	}
}
