package discover_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// mustRun runs the command line, and fails the test unless it ends with the code.
func mustRun(t *testing.T, cli *acctest.CLI, code int, args ...string) string {
	t.Helper()
	r := cli.Run(t, args...)
	if r.Code != code {
		t.Fatalf("%v ended with %d:\n%s", args, r.Code, r.Output)
	}
	return r.Output
}

// run runs the command, and fails the test unless it ends with the code.
func run(t *testing.T, cli *acctest.CLI, sb *acctest.Sandbox, code int, args ...string) (stdout, stderr string) {
	t.Helper()
	stdout, stderr, ended := cli.RunProvider(t, sb, append([]string{"discover"}, args...)...)
	if ended != code {
		t.Fatalf("discover %v ended with %d:\n%s%s", args, ended, stdout, stderr)
	}
	return stdout, stderr
}

// noLimit is for a sandbox.
const noLimit = "-max-requests-per-minute=0"

func readFile(t *testing.T, cli *acctest.CLI, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(cli.Dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// adopt brings everything that discover finds under Terraform, from nothing to an empty plan, and returns the generated configuration.
func adopt(t *testing.T, sb *acctest.Sandbox, args ...string) (generated string) {
	t.Helper()
	cli := acctest.NewCLI(t, sb.Provider())
	run(t, cli, sb, 0, append(args, noLimit, "-out=imports.tf")...)
	mustRun(t, cli, 0, "plan", "-generate-config-out=generated.tf")
	run(t, cli, sb, 0, "-references=generated.tf")
	writes := len(sb.Writes())
	imports := strings.Count(readFile(t, cli, "imports.tf"), "import {")
	if applied := mustRun(t, cli, 0, "apply", "-auto-approve"); !strings.Contains(applied, fmt.Sprintf("%d imported, 0 added, 0 changed, 0 destroyed", imports)) {
		t.Errorf("not %d imports and nothing else:\n%s", imports, applied)
	}
	if err := os.Remove(filepath.Join(cli.Dir, "imports.tf")); err != nil {
		t.Fatal(err)
	}
	mustRun(t, cli, 0, "plan", "-detailed-exitcode")
	if after := sb.Writes(); len(after) != writes {
		t.Errorf("the adoption has written: %v", after[writes:])
	}
	if again, progress := run(t, cli, sb, 0, append(args, noLimit, "-state="+showState(t, cli))...); strings.Contains(again, "import {") ||
		strings.Count(progress, "that Terraform manages") == 0 {
		t.Errorf("what was adopted is found again:\n%s%s", again, progress)
	}
	return readFile(t, cli, "generated.tf")
}

// showState writes the state as JSON, and returns the name of the file.
func showState(t *testing.T, cli *acctest.CLI) string {
	t.Helper()
	cli.Write(t, "state.json", mustRun(t, cli, 0, "show", "-json"))
	return "state.json"
}

// A whole organization, of which every kind has an object, is adopted without a change, and refers to itself.
func TestAccDiscover_organization(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := acctest.Start(t, func(o *sandbox.Options) { o.Dialect, o.Devices = dialect, 30 })
		author := acctest.NewCLI(t, "")
		if err := os.Remove(filepath.Join(author.Dir, "main.tf")); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(author.Dir, os.DirFS("../../examples/organization")); err != nil {
			t.Fatal(err)
		}
		author.Write(t, "main.tf", strings.Replace(readFile(t, author, "main.tf"), `provider "octomil" {}`, sb.Provider(), 1))
		author.KeepSupported(t)
		mustRun(t, author, 0, "apply", "-auto-approve")
		sb.Settle()

		generated := adopt(t, sb)
		for _, typeName := range listed(t) {
			if !strings.Contains(generated, `resource "`+typeName+`" `) {
				t.Errorf("there is no %s", typeName)
			}
		}
		squeezed := spaces.ReplaceAllString(generated, " ")
		for _, reference := range []string{
			`model_id = octomil_model.assistant.id`, `group_id = octomil_device_group.canary.id`, `model = octomil_model.assistant.name`,
			`target_group_ids = [octomil_device_group.large_phones.id]`, `models = [octomil_model.assistant.name]`,
			`device_ids = [octomil_device.`,
		} {
			if !strings.Contains(squeezed, " "+reference) {
				t.Errorf("there is no %q", reference)
			}
		}
		if literal := regexp.MustCompile(`"(mdl|grp|dev)_\w+"`).FindAllString(withoutComments(generated), -1); literal != nil {
			t.Errorf("literals remain: %v", literal)
		}
	})
}

var spaces = regexp.MustCompile(` +`)

var comment = regexp.MustCompile(`(?m)^#.*$`)

func withoutComments(hcl string) string { return comment.ReplaceAllString(hcl, "") }

// listed are the types that the provider can list.
func listed(t *testing.T) []string {
	t.Helper()
	var types []string
	for name := range acctest.Schemas(t).ListResourceSchemas {
		types = append(types, name)
	}
	slices.Sort(types)
	return types
}

// Names of the server are chosen by whoever may write there. They cannot break out of the file, and each object gets a name of its own.
func TestAccDiscover_hostileNames(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := acctest.Start(t, func(o *sandbox.Options) { o.Dialect, o.Empty, o.Devices = dialect, true, 0 })
		names := []string{
			`x" } resource "null" "y" {`, "${file(\"/etc/passwd\")}", "%{ for x in [1] }", "Größe", "größe", "GROSSE", "日本", "7b", "a b", "a-b", "a_b",
			"a_b_2", "new\nline", "tab\tquote\"", `back\slash`, strings.Repeat("long ", 40), "...", "count", "import", "/*", "#", "a/b",
		}
		for _, name := range names {
			sb.Do(t, "POST", "/api/v1/models", map[string]any{"name": name, "framework": "onnx", "use_case": "other", "org_id": "demo"})
			sb.Do(t, "POST", "/api/v1/device-groups?org_id=demo", map[string]any{"name": name, "group_type": "static", "org_id": "demo"})
		}
		generated := adopt(t, sb, "-type=model,device_group")
		if n := strings.Count(generated, "resource \"octomil_"); n != 2*len(names) {
			t.Errorf("%d resources; want %d:\n%s", n, 2*len(names), generated)
		}
		if n := strings.Count(generated, `resource "octomil_model"`); n != len(names) {
			t.Errorf("%d models; want %d", n, len(names))
		}
	})
}

// The flags choose among the types and the names.
func TestAccDiscover_filters(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t, func(o *sandbox.Options) { o.SeedModels, o.SeedGroups, o.Devices = 3, 2, 30 })
	cli := acctest.NewCLI(t, sb.Provider())
	for name, c := range map[string]struct {
		args []string
		want []string
	}{
		"one type":             {[]string{"-type=octomil_device_group"}, []string{"device_group.group_000001", "device_group.group_000002", "device_group.staging"}},
		"short names":          {[]string{"-type=rollback_policy, org_settings"}, []string{"rollback_policy.demo", "org_settings.demo"}},
		"excluded":             {[]string{"-type=rollback_policy,org_settings", "-exclude=org_settings"}, []string{"rollback_policy.demo"}},
		"a name":               {[]string{"-type=model,model_version", "-name=model-000002*"}, []string{"model.model_000002", "model_version.model_000002_1_0_0"}},
		"across a slash":       {[]string{"-name=*2*0.0", "-type=model_version"}, []string{"model_version.model_000002_1_0_0", "model_version.phi_4_mini_2_0_0"}},
		"only a whole name":    {[]string{"-type=model,model_version", "-name=model-000002"}, []string{"model.model_000002"}},
		"versions of no model": {[]string{"-type=model_version", "-name=phi-4-mini/[01].*"}, []string{"model_version.phi_4_mini_0_9_0", "model_version.phi_4_mini_1_0_0"}},
		"the fleet":            {[]string{"-type=model_deployment"}, []string{"model_deployment.phi_4_mini"}},
		"groups too": {
			[]string{"-type=model_deployment", "-group-deployments"}, []string{"model_deployment.phi_4_mini", "model_deployment.phi_4_mini_staging"},
		},
		"nothing": {[]string{"-name=nothing"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stdout, _ := run(t, cli, sb, 0, append(c.args, noLimit)...)
			var got []string
			for _, match := range regexp.MustCompile(`(?m)^  to = octomil_(.*)$`).FindAllStringSubmatch(stdout, -1) {
				got = append(got, match[1])
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v; want %v", got, c.want)
			}
		})
	}
}

// A deployment to a group is adopted by the ID that it is written with.
func TestAccDiscover_groupDeployment(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := acctest.Start(t, func(o *sandbox.Options) { o.Dialect, o.Devices = dialect, 30 })
		generated := adopt(t, sb, "-type=model,device_group,model_deployment", "-group-deployments")
		if !strings.Contains(spaces.ReplaceAllString(generated, " "), " group = octomil_device_group.staging.name") {
			t.Errorf("no reference to the group:\n%s", generated)
		}
	})
}

// What was added since is adopted on its own, beside what was adopted before, also what a module or a collection has, and refers to it.
func TestAccDiscover_later(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := acctest.Start(t, func(o *sandbox.Options) { o.Dialect, o.SeedModels, o.SeedGroups, o.Devices = dialect, 2, 1, 30 })
		cli := acctest.NewCLI(t, sb.Provider()+`
resource "octomil_model" "phi" {
  name        = "phi-4-mini"
  description = "A small language model for devices"
  framework   = "pytorch"
  use_case    = "text_generation"
}

resource "octomil_model" "many" {
  for_each  = toset(["model-000001"])
  name      = each.key
  framework = "onnx"
  use_case  = "other"
}

module "fleet" {
  source = "./fleet"
}
`)
		if err := os.Mkdir(filepath.Join(cli.Dir, "fleet"), 0o700); err != nil {
			t.Fatal(err)
		}
		cli.Write(t, "fleet/main.tf", `
terraform {
  required_providers {
    octomil = {
      source = "octomil/octomil"
    }
  }
}

resource "octomil_device_group" "staging" {
  name       = "staging"
  group_type = "static"
}
`)
		mustRun(t, cli, 0, "get")
		for to, name := range map[string]string{
			"octomil_model.phi": "phi-4-mini", `octomil_model.many["model-000001"]`: "model-000001", "module.fleet.octomil_device_group.staging": "staging",
		} {
			mustRun(t, cli, 0, "import", to, name)
		}
		run(t, cli, sb, 0, "-type=model,model_version,device_group", noLimit, "-state="+showState(t, cli), "-out=imports.tf")
		for address, want := range map[string]int{
			"to = octomil_model.": 1, "to = octomil_model.model_000002": 1, "to = octomil_device_group.": 1, "to = octomil_device_group.group_000001": 1,
			"to = octomil_model_version.": 5,
		} {
			if n := strings.Count(spaces.ReplaceAllString(readFile(t, cli, "imports.tf"), " "), address); n != want {
				t.Errorf("%d times %q; want %d:\n%s", n, address, want, readFile(t, cli, "imports.tf"))
			}
		}
		mustRun(t, cli, 0, "plan", "-generate-config-out=generated.tf")
		if _, stderr := run(t, cli, sb, 0, "-references=generated.tf", "-state=state.json"); !strings.Contains(stderr, "4 new references") {
			t.Errorf("it says %s", stderr)
		}
		if n := strings.Count(readFile(t, cli, "generated.tf"), "octomil_model.phi.id"); n != 3 {
			t.Errorf("%d references to the model that was there before:\n%s", n, readFile(t, cli, "generated.tf"))
		}
		mustRun(t, cli, 0, "apply", "-auto-approve")
		mustRun(t, cli, 0, "plan", "-detailed-exitcode")
	})
}

// A file that is no output of the command is an error, before anything is read.
func TestAccDiscover_noState(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	cli := acctest.NewCLI(t, sb.Provider())
	before := len(sb.Ledger())
	for name, content := range map[string]string{"raw.tfstate": `{"version": 4, "resources": []}`, "plan.txt": "No changes."} {
		cli.Write(t, name, content)
		if _, stderr := run(t, cli, sb, 1, "-state="+name); !strings.Contains(stderr, "-state "+name+" is not the output of `terraform show -json`") {
			t.Errorf("it says %s", stderr)
		}
	}
	if _, stderr := run(t, cli, sb, 1, "-state=none.json"); !strings.Contains(stderr, "none.json") || len(sb.Ledger()) != before {
		t.Errorf("it says %s", stderr)
	}
	cli.Write(t, "empty.json", `{"format_version":"1.0"}`) // before the first apply
	if stdout, _ := run(t, cli, sb, 0, "-state=empty.json", "-type=model", noLimit); !strings.Contains(stdout, "octomil_model.phi_4_mini") {
		t.Errorf("it writes\n%s", stdout)
	}
}

// An existing file is not touched, and costs no request.
func TestAccDiscover_existingFile(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	cli := acctest.NewCLI(t, sb.Provider())
	cli.Write(t, "imports.tf", "# mine\n")
	before := len(sb.Ledger())
	if _, stderr := run(t, cli, sb, 1, "-out=imports.tf"); !strings.Contains(stderr, "exists") {
		t.Errorf("it says %q", stderr)
	}
	if got := readFile(t, cli, "imports.tf"); got != "# mine\n" || len(sb.Ledger()) != before {
		t.Errorf("the file is %q, and there were %d requests", got, len(sb.Ledger())-before)
	}
}

// A key without all scopes writes what it can read, and says what is missing. One that can read nothing leaves no file.
func TestAccDiscover_missingScopes(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	cli := acctest.NewCLI(t, sb.Provider())
	key := sb.Do(t, "POST", "/api/v1/api-keys?org_id=demo", map[string]any{"name": "narrow", "scopes": []string{"models:read"}, "org_id": "demo"})
	cli.Env = []string{"OCTOMIL_API_KEY=" + fmt.Sprint(key["api_key"])}
	stdout, stderr := run(t, cli, sb, 3, noLimit)
	if !strings.Contains(stdout, "octomil_model.phi_4_mini") || strings.Contains(stdout, "octomil_device_group.") {
		t.Errorf("it writes\n%s", stdout)
	}
	if !strings.Contains(stderr, "discover: octomil_device_group is incomplete: Could not list the device groups") || strings.Contains(stderr, "octomil_model is incomplete") {
		t.Errorf("it says\n%s", stderr)
	}
	if _, stderr := run(t, cli, sb, 1, noLimit, "-type=device_group", "-out=groups.tf"); !strings.Contains(stderr, "nothing could be listed") {
		t.Errorf("it says\n%s", stderr)
	}
	if _, err := os.Stat(filepath.Join(cli.Dir, "groups.tf")); !os.IsNotExist(err) {
		t.Errorf("the file remains: %v", err)
	}
}

// The settings of an organization are not left out silently.
func TestAccDiscover_unknownOrganization(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	sb.Org = ""
	cli := acctest.NewCLI(t, sb.Provider())
	stdout, stderr := run(t, cli, sb, 3, noLimit, "-type=model,rollback_policy")
	if !strings.Contains(stdout, "octomil_model.phi_4_mini") || !strings.Contains(stderr, "octomil_rollback_policy is incomplete: the organization is not known") {
		t.Errorf("it writes\n%s%s", stdout, stderr)
	}
}

// Without settings it says what an empty provider block says.
func TestAccDiscover_noKey(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	cli := acctest.NewCLI(t, sb.Provider())
	cli.Env = []string{"OCTOMIL_API_KEY="}
	if _, stderr := run(t, cli, sb, 1); !strings.Contains(stderr, "Missing API key") {
		t.Errorf("it says %q", stderr)
	}
}
