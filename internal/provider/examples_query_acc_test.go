package provider_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// Terraform 1.11 has neither identities nor queries, so these examples run through the protocol, while the resources of the example
// exist.

// checkIdentitiesAndQueries is a check of a step that has applied the example of a resource.
func checkIdentitiesAndQueries(t *testing.T, sandbox *acctest.Sandbox, typeName string, importIDs map[string]string) func(*terraform.State) error {
	t.Helper()
	return func(*terraform.State) error {
		return errors.Join(checkIdentities(t, sandbox, typeName, importIDs), checkQueries(t, sandbox, typeName))
	}
}

var digits = regexp.MustCompile(`\d+`)

// checkIdentities compares the identities of the examples with those after an import by ID; the numbers in generated IDs may be
// others.
func checkIdentities(t *testing.T, sandbox *acctest.Sandbox, typeName string, importIDs map[string]string) error {
	t.Helper()
	blocks := blocksIn(t, "import", "resources", typeName, "import-by-identity.tf")
	if len(blocks) == 0 {
		return errors.New("import-by-identity.tf imports nothing")
	}
	for _, block := range blocks {
		to := string(block.Body.Attributes["to"].Expr.Range().SliceBytes([]byte(example(t, "resources", typeName, "import-by-identity.tf"))))
		to = strings.TrimSpace(to)
		identity, _ := plainValue(t, block.Body.Attributes["identity"].Expr).(map[string]any)
		core := sandbox.Core(t, typeName)
		id, ok := importIDs[to]
		if !ok {
			return fmt.Errorf("%s is imported by an identity, and by no id", to)
		}
		if said := core.Import(id); said.Failed() {
			return fmt.Errorf("importing %s: %v", id, said.Errors)
		}
		given := core.Identity()
		for part, value := range given {
			if value == nil {
				delete(given, part)
				continue
			}
			given[part] = digits.ReplaceAllString(fmt.Sprint(value), "0")
		}
		for part, value := range identity {
			identity[part] = digits.ReplaceAllString(fmt.Sprint(value), "0")
		}
		if diff := cmp.Diff(given, identity); diff != "" {
			return fmt.Errorf("the identity of %s (-real +example):\n%s", to, diff)
		}
	}
	return nil
}

// checkQueries runs the list blocks of the examples, which all find something.
func checkQueries(t *testing.T, sandbox *acctest.Sandbox, typeName string) error {
	t.Helper()
	blocks := blocksIn(t, "list", "list-resources", typeName, "list-resource.tfquery.hcl")
	if len(blocks) == 0 {
		return errors.New("list-resource.tfquery.hcl lists nothing")
	}
	for _, block := range blocks {
		if block.Labels[0] != typeName {
			return fmt.Errorf("the list block is of %s", block.Labels[0])
		}
		filters := map[string]any{}
		for _, config := range block.Body.Blocks {
			for name, attribute := range config.Body.Attributes {
				filters[name] = plainValue(t, attribute.Expr)
			}
		}
		if found, said := sandbox.Query(t, typeName, filters, 0, false); said.Failed() || len(found) == 0 {
			return fmt.Errorf("the query %s finds %d: %v", block.Labels[1], len(found), said.Errors)
		}
	}
	return nil
}

// blocksIn are the blocks of a type in an example.
func blocksIn(t *testing.T, blockType string, file ...string) []*hclsyntax.Block {
	t.Helper()
	return slices.DeleteFunc(slices.Clone(parsedExample(t, file...)), func(b *hclsyntax.Block) bool { return b.Type != blockType })
}

// An example of a list resource or function that no longer exists would run in no test.
func TestExampleFoldersOfListResourcesAndFunctions(t *testing.T) {
	t.Parallel()
	schemas := acctest.Schemas(t)
	for folder, names := range map[string][]string{
		"list-resources":      slices.Sorted(maps.Keys(schemas.ListResourceSchemas)),
		"ephemeral-resources": slices.Sorted(maps.Keys(schemas.EphemeralResourceSchemas)),
		"functions":           slices.Sorted(maps.Keys(schemas.Functions)),
	} {
		var found []string
		entries, err := os.ReadDir(filepath.Join(examples, folder))
		if err != nil && len(names) > 0 {
			t.Error(err)
		}
		for _, entry := range entries {
			found = append(found, entry.Name())
		}
		if diff := cmp.Diff(names, found); diff != "" {
			t.Errorf("of the provider (-) and folders of examples/%s (+):\n%s", folder, diff)
		}
	}
	if diff := cmp.Diff(resources(t), slices.Sorted(maps.Keys(schemas.ListResourceSchemas))); diff != "" {
		t.Errorf("resources (-) and list resources (+):\n%s", diff)
	}
}
