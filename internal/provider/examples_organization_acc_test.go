package provider_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// The example of a whole organization is applied, changed so that the fleet rolls back, and destroyed. Afterwards the server holds
// what it held before, except what the API cannot delete.
func TestAccProvider_organizationExample(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	cli := acctest.NewCLI(t, "")
	if err := os.CopyFS(cli.Dir, exampleFolder(t, cli.Dir, "organization")); err != nil {
		t.Fatal(err)
	}
	cli.KeepSupported(t)
	cli.Env = []string{"OCTOMIL_API_URL=" + sb.URL, "OCTOMIL_API_KEY=sandbox", "OCTOMIL_ORG_ID=demo"}
	before := holdings(t, sb)
	run := func(code int, args ...string) string {
		t.Helper()
		r := cli.Run(t, args...)
		if r.Code != code {
			t.Fatalf("%s: exit code %d:\n%s", strings.Join(args, " "), r.Code, r.Output)
		}
		return r.Output
	}

	const narrower = "-var=constraint=1.0.0"
	run(0, "apply", "-auto-approve", narrower)
	expectRuns(t, sb, map[string]int{"1.0.0": 114, "2.0.0": 10})
	run(0, "apply", "-auto-approve")
	expectRuns(t, sb, map[string]int{"1.1.0": 114, "2.0.0": 10})
	run(0, "plan", "-detailed-exitcode")
	for _, name := range resources(t) {
		if state := string(content(t, cli, "terraform.tfstate")); !strings.Contains(state, `"`+name+`"`) {
			t.Errorf("the organization has no %s", name)
		}
	}

	if plan := run(2, "plan", "-detailed-exitcode", narrower); !strings.Contains(plan, `"rollback"`) {
		t.Errorf("the plan says nothing of a rollback:\n%s", plan)
	}
	run(0, "apply", "-auto-approve", narrower, "-var=protected=false", "-var=monitoring_key=another")
	expectRuns(t, sb, map[string]int{"1.0.0": 114, "2.0.0": 10})
	run(0, "plan", "-detailed-exitcode", narrower, "-var=protected=false", "-var=monitoring_key=another")

	run(0, "destroy", "-auto-approve", narrower, "-var=protected=false")
	if diff := cmp.Diff(before, holdings(t, sb)); diff != "" {
		t.Errorf("what the server holds (-before +after):\n%s", diff)
	}
}

func expectRuns(t *testing.T, sb *acctest.Sandbox, versions map[string]int) {
	t.Helper()
	sb.Settle()
	sb.ExpectFleet(t, "assistant", versions)
}

// holdings returns what the server holds of everything that can be deleted, without IDs and times.
func holdings(t *testing.T, sb *acctest.Sandbox) map[string]any {
	t.Helper()
	all := map[string]any{}
	for key, read := range map[string]func(*testing.T, *acctest.Sandbox) any{
		"models":  keep("/api/v1/models?org_id=demo", "models", "name", "version_count"),
		"groups":  keep("/api/v1/device-groups?org_id=demo", "groups", "name"),
		"metrics": keep("/api/v1/metrics/integrations?org_id=demo", "items", "name"),
		"logs":    keep("/api/v1/log-streams/integrations?org_id=demo", "items", "name"),
		"keys":    keep("/api/v1/api-keys?org_id=demo", "items", "revoked_at"),
	} {
		all[key] = read(t, sb)
	}
	// The record of a revoked key stays, as members, experiments and federations do.
	all["keys"] = slices.DeleteFunc(all["keys"].([]string), func(key string) bool { return key != "revoked_at=<nil> " })
	settings := maps.Clone(sb.Do(t, "GET", "/api/v1/settings/demo", nil))
	delete(settings, "updated_at")
	all["settings"] = settings
	return all
}
