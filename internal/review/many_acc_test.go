package review_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// one is one of many deployments in one plan.
type one struct {
	name, model, group string
	// before and after are the pins; before is empty for a new deployment.
	before, after string
	// percentage is that of the rollout before, 0 for all devices.
	percentage int
	// summary is what the plan says in last_operation.
	summary string
	// warns is true of what must not be missed.
	warns bool
}

func (o one) hcl(version string, percentage int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "resource \"octomil_model_deployment\" %q {\n  model   = %q\n  version = %q\n", o.name, o.model, version)
	if o.group != "" {
		fmt.Fprintf(&b, "  group   = %q\n", o.group)
	}
	if percentage > 0 {
		fmt.Fprintf(&b, "  rollout = { percentage = %d }\n", percentage)
	}
	b.WriteString("}\n")
	return b.String()
}

// many is 40 deployments in one plan: 20 rollbacks, 10 deployments and 9 advances, of the fleet and of groups, and a new one.
func many() (all []one) {
	model := func(i int) string { return fmt.Sprintf("model-%06d", i) }
	for i := 1; i <= 12; i++ {
		all = append(all, one{
			name: fmt.Sprint("back_", i), model: model(i), before: "2.0.0", after: "1.0.0", summary: "rollback 2.0.0 → 1.0.0, 124 of 124 devices", warns: true,
		})
	}
	all[0].percentage, all[0].summary = 40, "rollback 2.0.0 → 1.0.0, 124 of 124 devices, cancels "
	for i := 13; i <= 20; i++ {
		all = append(all, one{
			name: fmt.Sprint("back_", i), model: model(i), group: "staging", before: "2.0.0", after: "1.0.0",
			summary: "rollback 2.0.0 → 1.0.0, 24 of 24 devices", warns: true,
		})
	}
	for i := 21; i <= 26; i++ {
		all = append(all, one{name: fmt.Sprint("on_", i), model: model(i), before: "1.0.0", after: "2.0.0", summary: "deploy 1.0.0 → 2.0.0, 124 of 124 devices"})
	}
	for i := 27; i <= 30; i++ {
		all = append(all, one{
			name: fmt.Sprint("on_", i), model: model(i), group: "staging", before: "1.0.0", after: "2.0.0", summary: "deploy 1.0.0 → 2.0.0, 24 of 24 devices",
		})
	}
	for i := 31; i <= 39; i++ {
		all = append(all, one{
			name: fmt.Sprint("more_", i), model: model(i), before: "2.0.0", after: "2.0.0", percentage: 50,
			summary: "advance 2.0.0 from 50 to 100 %, about 62 of 124 devices",
		})
	}
	return append(all, one{name: "new", model: model(40), after: "1.0.0"})
}

// A plan of many deployments says everything of each of them: in its JSON, in the text of `show`, in what review makes of it, and, of what must
// not be missed, in a warning that Terraform does not leave out beside similar ones.
func TestAccReview_manyDeployments(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t, func(o *sandbox.Options) { o.SeedModels = 40 })
	prepareVersions(t, sb)
	var before, after strings.Builder
	deployments := many()
	for _, d := range deployments {
		if d.before != "" {
			before.WriteString(d.hcl(d.before, d.percentage))
		}
		after.WriteString(d.hcl(d.after, 0))
	}
	cli := acctest.NewCLI(t, sb.Provider()+before.String())
	run(t, cli, 0, "apply", "-auto-approve", "-parallelism=40")
	sb.Settle()
	cli.Configure(t, sb.Provider()+after.String())
	shown := run(t, cli, 0, "plan", "-out=tfplan", "-parallelism=40")
	expectWarnings(t, shown, deployments)

	operations := operationsOf(t, run(t, cli, 0, "show", "-json", "tfplan"))
	text := run(t, cli, 0, "show", "tfplan")
	plan := run(t, cli, 0, "show", "-json", "tfplan")
	table := reviewOf(t, plan, 0)
	for _, d := range deployments {
		if d.before == "" {
			continue
		}
		last := operations["octomil_model_deployment."+d.name]
		summary, _ := last["summary"].(string)
		if !strings.HasPrefix(summary, d.summary) || strings.Contains(d.summary, "cancels") != (last["cancels"] != nil) {
			t.Errorf("%s: last_operation is %v; want %q", d.name, last, d.summary)
		}
		if !strings.Contains(text, summary) {
			t.Errorf("%s: `show` does not say %q", d.name, summary)
		}
		row := fmt.Sprintf("| `octomil_model_deployment.%s` | ", d.name)
		_, rest, found := strings.Cut(table, row)
		line, _, _ := strings.Cut(rest, "\n")
		if count := fmt.Sprintf("| %v of %v |", last["devices"], last["devices_total"]); !found || !strings.Contains(line, count) {
			t.Errorf("%s: the review has no row with %s: %s", d.name, count, line)
		}
	}
	reviewOf(t, plan, 3, "-max-devices", "2000")

	// A second rollback after the first one is seen as one, too.
	run(t, cli, 0, "apply", "-auto-approve", "-parallelism=40")
	sb.Settle()
	cli.Configure(t, sb.Provider()+strings.ReplaceAll(after.String(), deployments[1].hcl("1.0.0", 0), deployments[1].hcl("0.9.0", 0)))
	run(t, cli, 0, "plan", "-out=tfplan", "-target=octomil_model_deployment.back_2")
	if text := run(t, cli, 0, "show", "tfplan"); !strings.Contains(text, "rollback 1.0.0 → 0.9.0, 124 of 124 devices") {
		t.Errorf("a rollback that follows a rollback:\n%s", text)
	}
}

// prepareVersions gives each model the versions 0.9.0, 1.0.0 and 2.0.0, of which the older two were deployed to the fleet.
func prepareVersions(t *testing.T, sb *acctest.Sandbox) {
	t.Helper()
	for _, d := range many() {
		for _, version := range []string{"0.9.0", "2.0.0"} {
			sb.Do(t, "POST", "/api/v1/models/"+d.model+"/versions", map[string]any{
				"version": version, "format": "onnx", "storage_path": "models/" + version, "size_bytes": 1, "checksum": "sha256:0f",
			})
			sb.Do(t, "POST", "/api/v1/models/"+d.model+"/versions/"+version+"/publish", map[string]any{})
		}
		for _, version := range []string{"0.9.0", "1.0.0"} {
			sb.Do(t, "POST", "/api/v1/models/"+d.model+"/rollouts", map[string]any{
				"version": version, "rollout_percentage": 100, "target_percentage": 100, "start_immediately": true,
			})
			sb.Settle()
		}
	}
}

// expectWarnings expects one warning of each deployment that has one, with its devices, and no other.
func expectWarnings(t *testing.T, plan string, deployments []one) {
	t.Helper()
	if strings.Contains(plan, "more similar warning") || strings.Contains(plan, "similar warnings elsewhere") {
		t.Errorf("Terraform leaves warnings out:\n%s", plan)
	}
	for _, d := range deployments {
		scope := "the fleet"
		if d.group != "" {
			scope = "the group " + d.group
		}
		named := fmt.Sprintf("(%s on %s)", d.model, scope)
		if n := strings.Count(plan, named); n != map[bool]int{true: 1}[d.warns] {
			t.Errorf("%s: %d warnings name %s", d.name, n, named)
		}
	}
	want := slices.DeleteFunc(slices.Clone(deployments), func(d one) bool { return !d.warns })
	if n := strings.Count(plan, "devices of the"); n != len(want) {
		t.Errorf("%d warnings say how many devices; want %d", n, len(want))
	}
}

// operationsOf is the last_operation of each update, by the documented path: `.resource_changes[].change.after.last_operation`.
func operationsOf(t *testing.T, plan string) map[string]map[string]any {
	t.Helper()
	var decoded struct {
		ResourceChanges []struct {
			Address string `json:"address"`
			Change  struct {
				Actions []string       `json:"actions"`
				After   map[string]any `json:"after"`
				Unknown map[string]any `json:"after_unknown"`
			} `json:"change"`
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(plan), &decoded); err != nil {
		t.Fatal(err)
	}
	operations := map[string]map[string]any{}
	for _, c := range decoded.ResourceChanges {
		if !slices.Equal(c.Change.Actions, []string{"update"}) {
			continue
		}
		last, _ := c.Change.After["last_operation"].(map[string]any)
		names := slices.Sorted(maps.Keys(last))
		want := []string{"cancels", "devices", "devices_total", "from_version", "kind", "summary", "to_version"}
		if _, number := last["devices"].(float64); !slices.Equal(names, want) || !number || c.Change.Unknown["last_operation"] == true {
			t.Errorf("%s: last_operation is %v", c.Address, last)
		}
		operations[c.Address] = last
	}
	return operations
}
