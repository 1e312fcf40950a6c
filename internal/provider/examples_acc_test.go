package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	acc "github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

const examples = "../../examples"

// The example of the provider has its own terraform and provider blocks, and reads the sandbox from the environment.
func TestAccProvider_example(t *testing.T) {
	sandbox := acctest.Start(t)
	t.Setenv("TF_ACC_PROVIDER_NAMESPACE", "octomil")
	t.Setenv("OCTOMIL_API_URL", sandbox.URL)
	t.Setenv("OCTOMIL_API_KEY", "sandbox")
	t.Setenv("OCTOMIL_ORG_ID", "demo")
	acc.UnitTest(t, acc.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps:                    []acc.TestStep{{Config: example(t, "provider/provider.tf")}},
	})
}

// All examples together are applied to one sandbox, which no data source changes; terraform-plugin-testing fails unless the next plan is
// empty.
func TestAccProvider_dataSourceExamples(t *testing.T) {
	t.Parallel()
	config := acctest.Start(t).Provider()
	for _, name := range dataSources(t) {
		config += example(t, "data-sources", name, "data-source.tf")
	}
	acc.UnitTest(t, acc.TestCase{ProtoV6ProviderFactories: acctest.ProviderFactories(), Steps: []acc.TestStep{{Config: config}}})
}

// The documented imports work as written: the blocks, after which the plan is empty, and the commands.
func TestAccProvider_resourceExamples(t *testing.T) {
	t.Parallel()
	for _, name := range resources(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox := acctest.Start(t)
			config := sandbox.Provider() + acctest.Supported(t, example(t, "resources", name, "resource.tf"))
			importIDs := map[string]string{}
			steps := []acc.TestStep{{Config: config, Check: checkIdentitiesAndQueries(t, sandbox, name, importIDs)}}

			blocks := example(t, "resources", name, "import-by-string-id.tf")
			targets := importTarget.FindAllStringSubmatch(blocks, -1)
			if len(targets) == 0 {
				t.Error("import-by-string-id.tf imports nothing")
			}
			for _, target := range targets {
				steps = append(steps, acc.TestStep{
					Config: config + blocks, ImportStateConfigExact: true,
					ImportState: true, ImportStateKind: acc.ImportBlockWithID, ResourceName: target[1],
				})
			}

			commands := importCommand.FindAllStringSubmatch(example(t, "resources", name, "import.sh"), -1)
			if len(commands) == 0 {
				t.Error("import.sh imports nothing")
			}
			for _, command := range commands {
				importIDs[command[1]] = command[2]
				steps = append(steps, acc.TestStep{
					Config: config, ImportState: true, ResourceName: command[1], ImportStateId: command[2],
				})
			}
			if destroyable := unprotected(config); destroyable != config {
				steps = append(steps, acc.TestStep{Config: destroyable})
			}
			acc.UnitTest(t, acc.TestCase{ProtoV6ProviderFactories: acctest.ProviderFactories(), Steps: steps})
		})
	}
}

var (
	importTarget  = regexp.MustCompile(`(?m)^\s*to\s*=\s*(\S+)`)
	importCommand = regexp.MustCompile(`(?m)^terraform import (\S+) "?([^"\s]+)"?$`)
)

// An example of a type that no longer exists would run in no test.
func TestExampleFoldersOfTypes(t *testing.T) {
	t.Parallel()
	for folder, types := range map[string][]string{
		"resources": resources(t), "data-sources": dataSources(t), "actions": actions(t),
	} {
		entries, err := os.ReadDir(filepath.Join(examples, folder))
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, entry := range entries {
			found = append(found, entry.Name())
		}
		if diff := cmp.Diff(types, found); diff != "" {
			t.Errorf("types of the provider (-) and folders of examples/%s (+):\n%s", folder, diff)
		}
	}
}
