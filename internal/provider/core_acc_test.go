package provider_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// acctest.Core plays Terraform's part of the protocol in most tests of this repository, so it is compared with the real command line:
// each lifecycle runs through both, each on a new sandbox. In each step both must plan the same action with the same known and unknown
// values, show the same warnings, send the same writes and leave the same state. To be quick, one command runs several lifecycles: each
// has a provider block with an alias for its sandbox.

// commandLines is the number of command lines that share the lifecycles.
const commandLines = 2

func TestCoreMatchesTerraform(t *testing.T) {
	t.Parallel()
	all := lifecycles()
	size := (len(all) + commandLines - 1) / commandLines
	for group := range slices.Chunk(all, size) {
		t.Run(group[0].name+" and others", func(t *testing.T) {
			t.Parallel()
			matchTerraform(t, group, []step{
				{name: "create", config: func(p *pair) map[string]any { return p.create }},
				{name: "no change", config: func(p *pair) map[string]any { return p.create }, planOnly: true},
				{name: "update", config: func(p *pair) map[string]any { return p.update }},
				{name: "destroy"},
			})
		})
	}
	// A create that fails after the object exists leaves a tainted resource, which the next apply replaces.
	at := slices.IndexFunc(all, func(l namedLifecycle) bool { return l.name == "a deployment to the fleet" })
	t.Run("a tainted deployment", func(t *testing.T) {
		t.Parallel()
		lost := &sandbox.Fault{Method: "GET", Path: "models/*/rollouts/*/affected-devices", Status: 403, Times: -1}
		matchTerraform(t, all[at:at+1], []step{
			{name: "failing create", config: func(p *pair) map[string]any { return p.create }, fault: lost},
			{name: "replace", config: func(p *pair) map[string]any { return p.create }},
			{name: "destroy"},
		})
	})
}

// step is one plan and its apply.
type step struct {
	name string
	// config returns the configuration, nil destroys.
	config func(*pair) map[string]any
	// fault makes the apply fail, nil for none.
	fault *sandbox.Fault
	// planOnly leaves out the apply.
	planOnly bool
}

func matchTerraform(t *testing.T, group []namedLifecycle, steps []step) {
	t.Helper()
	var pairs []*pair
	var providers strings.Builder
	for i, l := range group {
		p := &pair{scenario: newScenario(t, acctest.Start(t), l.lifecycle), name: l.name, alias: fmt.Sprint("l", i), other: acctest.Start(t)}
		if l.prepare != nil {
			l.prepare(t, p.other) // which creates the same objects as in the first sandbox, with the same IDs
		}
		pairs = append(pairs, p)
		providers.WriteString(p.other.Provider(fmt.Sprintf("alias = %q", p.alias)))
	}
	cli := acctest.NewCLI(t, providers.String())
	cli.Env = []string{"GOGC=400"} // most of the time of a command goes to collecting its garbage
	for _, step := range steps {
		configs := map[*pair]map[string]any{}
		for _, p := range pairs {
			if step.config != nil {
				configs[p] = quick(step.config(p))
			}
			for _, sb := range []*acctest.Sandbox{p.sb, p.other} {
				sb.Settle()
				sb.ClearLedger()
			}
		}
		terraform := runTerraform(t, cli, pairs, configs, step)
		for _, p := range pairs {
			core := p.runCore(configs[p], step)
			core.Warnings = sameWarnings(core.Warnings, terraform[p].Warnings)
			if step.config == nil { // Terraform does not always say which resource its warnings are about
				core.Warnings = slices.DeleteFunc(core.Warnings, func(text string) bool { return slices.Contains(terraform[p].Warnings, text) })
				terraform[p].Warnings = core.Warnings[:0]
			}
			if core.Failed != (step.fault != nil) {
				t.Errorf("%s, %s: the apply fails: %t", p.name, step.name, core.Failed)
			}
			if diff := cmp.Diff(terraform[p].normalized(t, p.typeName), core.normalized(t, p.typeName)); diff != "" {
				t.Errorf("%s, %s (-terraform +core):\n%s", p.name, step.name, diff)
			}
		}
	}
}

// pair is a lifecycle that runs through acctest.Core on the sandbox of its scenario, and through Terraform on the other one.
type pair struct {
	*scenario
	name, alias string
	other       *acctest.Sandbox
}

// quick returns a configuration whose stage bakes for 20 ms, as this test does not run in virtual time.
func quick(config map[string]any) map[string]any {
	rollout, ok := config["rollout"].(map[string]any)
	if !ok || rollout["stages"] == nil {
		return config
	}
	stage, _ := rollout["stages"].([]any)[0].(map[string]any)
	return with(config, "rollout", with(rollout, "stages", []any{with(stage, "bake", "20ms")}))
}

// outcome is the plan and the result of a step.
type outcome struct {
	Action string
	// Warnings are those of the plan and of the apply, each once.
	Warnings []string
	// Planned are the planned values. The value of an unknown attribute is acctest.Unknown.
	Planned map[string]any
	// Failed is true if the apply failed.
	Failed bool
	// State are the attributes in the state file after the step, Private the private state beside them.
	State, Private map[string]any
	Tainted        bool
	// Writes are the requests that could change something, Left is what the server holds.
	Writes []string
	Left   any
}

// runCore plans and applies a configuration with acctest.Core; nil destroys.
func (p *pair) runCore(config map[string]any, step step) outcome {
	p.Helper()
	var out outcome
	var diags acctest.Diagnostics
	if config == nil {
		out.Action = "delete"
		diags = p.core.Destroy()
	} else {
		plan := p.core.Plan(config)
		p.must(plan.Diagnostics)
		out.Action, out.Planned, out.Warnings = string(plan.Action), plan.Planned, plan.Warnings
		if step.fault != nil {
			p.sb.AddFault(*step.fault)
		}
		if !step.planOnly {
			diags = p.core.Apply(plan)
		}
		p.sb.ClearFaults()
	}
	out.Warnings = append(out.Warnings, diags.Warnings...)
	if out.Failed = diags.Failed(); out.Failed && step.fault == nil {
		p.Fatalf("%s: %v", p.name, diags.Errors)
	}
	if p.core.State() != nil && !step.planOnly {
		stored := p.core.Store()
		out.State, out.Private, out.Tainted = decoded(p.T, stored.Attributes), decoded(p.T, stored.Private), p.core.Tainted()
	}
	out.Writes, out.Left = held(p, p.sb)
	return out
}

// held returns what a step has written to a sandbox, and what that holds after the devices have synced.
func held(p *pair, sb *acctest.Sandbox) (writes []string, left any) {
	writes = sb.Writes()
	sb.Settle()
	return writes, p.left(p.T, sb)
}

// runTerraform plans and applies the configurations with the command line, each against the other sandbox of its pair. Without
// configurations it destroys.
func runTerraform(t *testing.T, cli *acctest.CLI, pairs []*pair, configs map[*pair]map[string]any, step step) map[*pair]*outcome {
	t.Helper()
	plan := []string{"plan", "-json", "-out=tfplan"}
	if len(configs) == 0 {
		plan = append(plan, "-destroy", "-refresh=false") // as Core.Destroy
	} else {
		resources := map[string]map[string]any{}
		for p, config := range configs {
			if resources[p.typeName] == nil {
				resources[p.typeName] = map[string]any{}
			}
			resources[p.typeName][p.alias] = with(config, "provider", "octomil."+p.alias)
		}
		writeJSON(t, filepath.Join(cli.Dir, "resources.tf.json"), map[string]any{"resource": resources})
	}
	said := cli.Run(t, plan...)
	if said.Code != 0 {
		t.Fatalf("the plan fails with %d:\n%s", said.Code, said.Output)
	}
	planned := plannedChanges(t, cli)
	for _, p := range pairs {
		if step.fault != nil {
			p.other.AddFault(*step.fault)
		}
	}
	var applied acctest.Result
	var state map[string]storedInstance
	if !step.planOnly {
		if applied = cli.Run(t, "apply", "-json", "tfplan"); applied.Code != 0 && step.fault == nil {
			t.Fatalf("the apply fails with %d:\n%s", applied.Code, applied.Output)
		}
		state = storedInstances(t, cli)
	}
	outcomes := map[*pair]*outcome{}
	for _, p := range pairs {
		p.other.ClearFaults()
		address := p.typeName + "." + p.alias
		out := planned[address]
		out.Failed = applied.Code != 0
		out.Warnings = warningsOf(t, address, said.Output+applied.Output)
		if len(configs) == 0 {
			out.Warnings = append(out.Warnings, warningsOf(t, "", said.Output+applied.Output)...)
		}
		if stored, ok := state[address]; ok {
			out.State, out.Private = decoded(t, stored.Attributes), decoded(t, stored.Private)
			out.Tainted = stored.Status == "tainted"
		}
		out.Writes, out.Left = held(p, p.other)
		outcomes[p] = &out
	}
	return outcomes
}

// sameWarnings returns each warning of acctest.Core once, and without its attribute where Terraform has the same warning.
func sameWarnings(core, terraform []string) []string {
	var same []string
	for _, warning := range core {
		at := slices.IndexFunc(terraform, func(text string) bool { return strings.HasSuffix(warning, text) })
		if at >= 0 {
			warning = terraform[at]
		}
		if !slices.Contains(same, warning) {
			same = append(same, warning)
		}
	}
	return same
}

// warningsOf returns each warning about a resource once, from the output of commands with -json. The address "" is for those without a
// resource.
func warningsOf(t *testing.T, address, output string) []string {
	t.Helper()
	var warnings []string
	for line := range strings.Lines(output) {
		var message struct {
			Diagnostic struct{ Severity, Summary, Detail, Address string }
		}
		if err := json.Unmarshal([]byte(line), &message); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		d := message.Diagnostic
		if text := d.Summary + ": " + d.Detail; d.Severity == "warning" && d.Address == address && !slices.Contains(warnings, text) {
			warnings = append(warnings, text)
		}
	}
	return warnings
}

// plannedChanges reads the plan file. It returns the action and the planned values by address.
func plannedChanges(t *testing.T, cli *acctest.CLI) map[string]outcome {
	t.Helper()
	shown := cli.Run(t, "show", "-json", "tfplan")
	var plan struct {
		Changes []struct {
			Address string
			Change  struct {
				Actions      []string
				After        map[string]any
				AfterUnknown any `json:"after_unknown"`
			}
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(shown.Output), &plan); err != nil {
		t.Fatalf("%v in %s", err, shown.Output)
	}
	planned := map[string]outcome{}
	for _, changed := range plan.Changes {
		out := outcome{Action: strings.Join(changed.Change.Actions, " ")}
		if out.Action == "delete create" {
			out.Action = string(acctest.ActionReplace)
		}
		if changed.Change.After != nil {
			out.Planned, _ = withUnknown(changed.Change.After, changed.Change.AfterUnknown).(map[string]any)
		}
		planned[changed.Address] = out
	}
	return planned
}

// storedInstance is a resource in the state file.
type storedInstance struct {
	acctest.StoredResource
	Status string
}

// storedInstances reads the state file, by address.
func storedInstances(t *testing.T, cli *acctest.CLI) map[string]storedInstance {
	t.Helper()
	var file struct {
		Resources []struct {
			Type, Name string
			Instances  []storedInstance
		}
	}
	if err := json.Unmarshal(content(t, cli, "terraform.tfstate"), &file); err != nil {
		t.Fatal(err)
	}
	stored := map[string]storedInstance{}
	for _, resource := range file.Resources {
		stored[resource.Type+"."+resource.Name] = resource.Instances[0]
	}
	return stored
}

// withUnknown sets acctest.Unknown where the plan marks a value as unknown.
func withUnknown(value, unknown any) any {
	switch marks := unknown.(type) {
	case bool:
		if marks {
			return acctest.Unknown
		}
	case map[string]any:
		object, _ := value.(map[string]any)
		out := maps.Clone(object)
		for name, mark := range marks {
			out[name] = withUnknown(object[name], mark)
		}
		return out
	case []any:
		list, _ := value.([]any)
		out := slices.Clone(list)
		for i, mark := range marks {
			if i < len(out) {
				out[i] = withUnknown(list[i], mark)
			}
		}
		return out
	}
	return value
}

func decoded(t *testing.T, content []byte) map[string]any {
	t.Helper()
	if len(content) == 0 {
		return nil
	}
	var object map[string]any
	if err := json.Unmarshal(content, &object); err != nil {
		t.Fatalf("%v in %s", err, content)
	}
	return object
}

// random matches what legitimately differs between two runs: times, API keys with their prefixes, and salted hashes of credentials.
// Nothing else differs, as a sandbox gives the same IDs to the same requests.
var random = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z|edg_[0-9A-Z]+|"(salt|hash)":"[^"]+"`)

// fullRollout is a rollout to all devices in private state. That every device runs its version may be seen before the server says that it is
// completed, or after, depending on how quick the machine is. One that is not completed is open as well.
var (
	fullRollout     = regexp.MustCompile(`"status":"active","percentage":100\b`)
	openFullRollout = regexp.MustCompile(`"open":\{[^{}]*"status":"active","percentage":100\},`)
	// deployedByIt are the versions that were completed; that of a full rollout is among them once it is.
	deployedByIt = regexp.MustCompile(`("status":"completed","percentage":100\},)"deployed":\[[^\]]*\],`)
)

// normalized replaces what legitimately differs, sorts sets, and decodes the values of the private state, which are in base64.
func (o outcome) normalized(t *testing.T, typeName string) outcome {
	t.Helper()
	schema := acctest.Schemas(t).ResourceSchemas[typeName].Block.Attributes
	o.Planned, o.State = normalizedObject(schema, o.Planned), normalizedObject(schema, o.State)
	for _, object := range []map[string]any{o.Planned, o.State} {
		if object["status"] == "active" && fmt.Sprint(object["percentage"]) == "100" {
			object["status"] = "completed"
		}
	}
	for key, value := range o.Private {
		if text, err := base64.StdEncoding.DecodeString(fmt.Sprint(value)); err == nil {
			without := openFullRollout.ReplaceAllString(random.ReplaceAllString(string(text), "(random)"), "")
			completed := fullRollout.ReplaceAllString(without, `"status":"completed","percentage":100`)
			o.Private[key] = deployedByIt.ReplaceAllString(completed, "$1")
		}
	}
	return o
}

func normalizedObject(schema []*tfprotov6.SchemaAttribute, object map[string]any) map[string]any {
	for _, a := range schema {
		switch value := object[a.Name].(type) {
		case string:
			object[a.Name] = random.ReplaceAllString(value, "(random)")
		case map[string]any:
			switch {
			case a.NestedType == nil: // an object or a map
				for name, member := range value {
					if text, ok := member.(string); ok {
						value[name] = random.ReplaceAllString(text, "(random)")
					}
				}
			case a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
				normalizedObject(a.NestedType.Attributes, value)
			}
		case []any:
			if a.NestedType == nil && a.Type.Is(tftypes.Set{}) || a.NestedType != nil && a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSet {
				slices.SortFunc(value, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
			}
		}
	}
	return object
}
