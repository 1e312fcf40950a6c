package provider_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	goversion "github.com/hashicorp/go-version"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

var commandLineVersion = regexp.MustCompile(`(Terraform|OpenTofu) v(\S+)`)

// The guide says of each feature since which version Terraform and OpenTofu have it. The command line that runs the tests has exactly
// those, so a test that a missing feature skips is not skipped where the guide promises the feature.
func TestAccProvider_supportedCommandLines(t *testing.T) {
	t.Parallel()
	acctest.Start(t)
	found := commandLineVersion.FindStringSubmatch(acctest.NewCLI(t, "").Run(t, "version").Output)
	if found == nil {
		t.Fatal("the command line does not say its version")
	}
	present := goversion.Must(goversion.NewVersion(found[2])).Core()
	page := read(t, filepath.Join(guides, "supported-command-lines.md"))
	for _, feature := range acctest.Features() {
		since, ok := sinceVersion(page, feature.Name, found[1])
		if !ok {
			t.Errorf("the guide has no row for %q", feature.Name)
			continue
		}
		promised := since != "no" && present.GreaterThanOrEqual(goversion.Must(goversion.NewVersion(since)))
		if lacks := feature.Lacks(t); promised != (lacks == "") {
			t.Errorf("%s %s: %s is there since %s, says the guide; the command line says %q", found[1], found[2], feature.Name, since, lacks)
		}
	}
}

// sinceVersion is what the table of the guide has of a feature for Terraform or OpenTofu.
func sinceVersion(page, feature, product string) (since string, ok bool) {
	for line := range strings.Lines(page) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if len(cells) != 3 || strings.TrimSpace(cells[0]) != feature {
			continue
		}
		if product == "Terraform" {
			return strings.TrimSpace(cells[1]), true
		}
		return strings.TrimSpace(cells[2]), true
	}
	return "", false
}

// OpenTofu before 1.12 crashes when it generates a configuration for a resource that has a nested attribute which no configuration sets.
func TestReadOnlyAttributesAreNotNested(t *testing.T) {
	t.Parallel()
	for name, resource := range acctest.Schemas(t).ResourceSchemas {
		for _, a := range resource.Block.Attributes {
			if a.NestedType != nil && (a.Deprecated || a.Computed && !a.Optional) {
				t.Errorf("%s of %s has nested attributes; make it an object", a.Name, name)
			}
		}
	}
}
