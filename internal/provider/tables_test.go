package provider_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// The tables of the README and of the index of the docs link the page of everything that the provider offers.
func TestTablesLinkEveryPage(t *testing.T) {
	t.Parallel()
	schemas := acctest.Schemas(t)
	for file, prefix := range map[string]string{"../../README.md": "docs/", "../tools/templates/index.md.tmpl": ""} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for folder, names := range map[string][]string{
			"resources": resources(t), "data-sources": dataSources(t), "actions": actions(t),
			"ephemeral-resources": slices.Collect(maps.Keys(schemas.EphemeralResourceSchemas)),
			"functions":           slices.Collect(maps.Keys(schemas.Functions)),
		} {
			if len(names) == 0 {
				t.Errorf("there are no %s", folder)
			}
			for _, name := range names {
				if link := "](" + prefix + folder + "/" + strings.TrimPrefix(name, "octomil_") + ".md)"; !strings.Contains(string(content), link) {
					t.Errorf("%s has no link %s", file, link)
				}
			}
		}
	}
}
