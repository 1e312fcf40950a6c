package acctest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ExpectErrors fails the test unless the errors say the words, in this order.
func (r *Diagnostics) ExpectErrors(t testing.TB, words ...string) {
	t.Helper()
	rest := strings.Join(r.Errors, "\n")
	for _, word := range words {
		_, after, found := strings.Cut(rest, word)
		if !found {
			t.Errorf("the errors are %q; want %q", r.Errors, words)
			return
		}
		rest = after
	}
	if !r.Failed() {
		t.Errorf("there is no error; want %q", words)
	}
}

// ExpectRefused plans a configuration, applies it if that succeeds, and fails the test unless one of them has errors that say the
// words, in this order.
func (c *Core) ExpectRefused(t testing.TB, config map[string]any, words ...string) {
	t.Helper()
	plan := c.Plan(config)
	said := plan.Diagnostics
	if !said.Failed() {
		said = c.Apply(plan)
	}
	said.ExpectErrors(t, words...)
}

// ExpectImport fails the test unless an import by the ID gives the state, except these attributes. It returns what it has imported.
func (c *Core) ExpectImport(t testing.TB, id string, except ...string) *Core {
	t.Helper()
	imported := c.sandbox.Core(t, c.typeName)
	if said := imported.Import(id); said.Failed() {
		t.Fatalf("importing %s: %v", id, said.Errors)
	}
	state, _ := members(c.state)
	read, _ := members(imported.state)
	for name, value := range state {
		if other, ok := read[name]; !slices.Contains(except, name) && (!ok || !value.Equal(other)) {
			t.Errorf("the import of %s gives %s = %v; the state has %v", id, name, goValue(t, other), goValue(t, value))
		}
	}
	return imported
}

// ExpectAction plans a configuration and fails the test unless the plan succeeds with this action.
func (c *Core) ExpectAction(t testing.TB, config map[string]any, want Action) Plan {
	t.Helper()
	plan := c.Plan(config)
	if plan.Failed() || plan.Action != want {
		t.Errorf("the plan is %s, want %s: %v\nstate   %v\nplanned %v", plan.Action, want, plan.Errors, c.State(), plan.Planned)
	}
	return plan
}

// ExpectData reads a data source, and fails the test unless it has these values. It may have others, which are returned.
func (s *Sandbox) ExpectData(t testing.TB, typeName string, config, want map[string]any) (attributes map[string]any) {
	t.Helper()
	attributes, said := s.ReadData(t, typeName, config)
	if said.Failed() {
		t.Fatalf("reading %s with %v: %v", typeName, config, said.Errors)
	}
	for name, value := range want {
		if diff := cmp.Diff(value, attributes[name]); diff != "" {
			t.Errorf("%s of %s with %v (-want +got):\n%s", name, typeName, config, diff)
		}
	}
	return attributes
}
