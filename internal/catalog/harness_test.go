package catalog_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

func start(t *testing.T, dialect sandbox.Dialect, variants ...sandbox.Variant) *acctest.Sandbox {
	t.Helper()
	return acctest.Start(t, func(o *sandbox.Options) { o.Dialect, o.Devices, o.Variants = dialect, 12, variants })
}

// few is the option of 12 devices.
func few(o *sandbox.Options) { o.Devices = 12 }

// apply plans and applies.
func apply(core *acctest.Core, config map[string]any) acctest.Diagnostics {
	plan := core.Plan(config)
	if plan.Failed() {
		return plan.Diagnostics
	}
	return core.Apply(plan)
}

func mustSucceed(t *testing.T, report acctest.Diagnostics) {
	t.Helper()
	if report.Failed() {
		t.Fatal(report.Errors)
	}
}

// expectError expects exactly one error, which contains all of the texts.
func expectError(t *testing.T, report acctest.Diagnostics, parts ...string) {
	t.Helper()
	if len(report.Errors) != 1 {
		t.Errorf("got the errors %v; want one that contains %v", report.Errors, parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(report.Errors[0], part) {
			t.Errorf("the error does not contain %q: %s", part, report.Errors[0])
		}
	}
}

// with returns a copy of a configuration with another value of one attribute.
func with(config map[string]any, name string, value any) map[string]any {
	out := map[string]any{name: value}
	for other, was := range config {
		if other != name {
			out[other] = was
		}
	}
	return out
}

func sortedNames(found []acctest.ListResult) string {
	var names []string
	for _, one := range found {
		names = append(names, one.Name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// write creates or replaces a file.
func write(t *testing.T, file, content string) string {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
