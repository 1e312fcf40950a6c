package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// What has to hold of every resource, whatever it manages. The configurations are those of the lifecycles, the attributes those of the
// schemas, so a resource that is added gets these tests by having a lifecycle.

// eachLifecycle runs a test in virtual time, with a sandbox of its own, for each lifecycle.
func eachLifecycle(t *testing.T, run func(t *testing.T, s *scenario)) {
	t.Helper()
	for _, l := range lifecycles() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { run(t, newScenario(t, l.lifecycle)) })
		})
	}
}

// settable are the attributes of a schema that a configuration may set, by their names.
func settable(t *testing.T, typeName string) map[string]*tfprotov6.SchemaAttribute {
	t.Helper()
	out := map[string]*tfprotov6.SchemaAttribute{}
	for _, a := range acctest.Schemas(t).ResourceSchemas[typeName].Block.Attributes {
		if a.Required || a.Optional {
			out[a.Name] = a
		}
	}
	return out
}

// with is a configuration with another value of one attribute.
func with(config map[string]any, name string, value any) map[string]any {
	out := maps.Clone(config)
	out[name] = value
	return out
}

// Whatever of a configuration is only known after apply, it can be validated and planned.
func TestAccProvider_unknownAttributes(t *testing.T) {
	t.Parallel()
	eachLifecycle(t, func(t *testing.T, s *scenario) {
		t.Helper()
		for _, name := range slices.Sorted(maps.Keys(settable(t, s.typeName))) {
			for _, config := range unknowns(with(s.create, name, s.value(name)), name) {
				core := s.sb.Core(t, s.typeName)
				if plan := core.Plan(config); plan.Failed() {
					t.Errorf("with %v the plan fails: %v", config[name], plan.Errors)
				}
			}
		}
	})
}

// unknowns are the configurations with one attribute, or one part of it, unknown.
func unknowns(config map[string]any, name string) []map[string]any {
	out := []map[string]any{with(config, name, acctest.Unknown)}
	switch value := config[name].(type) {
	case map[string]any:
		for part, element := range value {
			for _, unknown := range unknownParts(element) {
				out = append(out, with(config, name, with(value, part, unknown)))
			}
		}
	case []any:
		for i, element := range value {
			for _, unknown := range unknownParts(element) {
				elements := slices.Clone(value)
				elements[i] = unknown
				out = append(out, with(config, name, elements))
			}
		}
	}
	return out
}

// unknownParts are an element that is unknown, or an object with one part of it unknown: one that is unknown as a whole the
// framework takes for one without its required attributes.
func unknownParts(element any) []any {
	object, ok := element.(map[string]any)
	if !ok {
		return []any{acctest.Unknown}
	}
	var parts []any
	for part := range object {
		parts = append(parts, with(object, part, acctest.Unknown))
	}
	return parts
}

// value is one that an attribute may have: that of the first configuration, else of the second, else of the samples.
func (s *scenario) value(name string) any {
	for _, from := range []map[string]any{s.create, s.update, s.samples} {
		if value, ok := from[name]; ok {
			return value
		}
	}
	return nil
}

// Each optional attribute can be left out, be empty, and be set: what was applied needs no change afterwards. An empty one may be
// refused, if the error says which.
func TestAccProvider_attributesConverge(t *testing.T) {
	t.Parallel()
	done := map[string]bool{}
	for _, l := range lifecycles() {
		for name, a := range settable(t, l.typeName) {
			for what, empty := range map[string]any{"null": nil, "empty": emptyOf(a), "set": "set"} {
				if a.Required && what != "set" || what == "empty" && empty == nil || slices.Contains(l.needed, name) && what != "set" {
					continue
				}
				// One lifecycle of a type is enough for what no lifecycle sets.
				key := strings.Join([]string{l.typeName, name, what}, " ")
				if what != "set" && done[key] {
					continue
				}
				done[key] = true
				t.Run(l.name+"/"+name+"/"+what, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						s := newScenario(t, l.lifecycle)
						if what == "set" {
							if empty = s.value(name); empty == nil {
								return // another lifecycle of this type sets it: see below
							}
						}
						s.expectConverged(with(s.create, name, empty), name, what == "empty")
					})
				})
			}
		}
	}
}

// emptyOf is the empty value of an attribute's type, nil where there is none.
func emptyOf(a *tfprotov6.SchemaAttribute) any {
	if a.NestedType != nil {
		if a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeList || a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSet {
			return []any{}
		}
		return map[string]any{}
	}
	switch word := typeName(a.Type); {
	case word == "String":
		return ""
	case strings.HasPrefix(word, "Set"), strings.HasPrefix(word, "List"):
		return []any{}
	case strings.HasPrefix(word, "Map"):
		return map[string]any{}
	}
	return nil
}

// expectConverged applies a configuration, if it is not refused, and expects that the next plan changes nothing.
func (s *scenario) expectConverged(config map[string]any, name string, refusable bool) {
	s.Helper()
	plan := s.core.Plan(config)
	if plan.Failed() && refusable {
		if text := strings.Join(plan.Errors, "\n"); !strings.Contains(text, name) {
			s.Errorf("the refusal does not name %s: %s", name, text)
		}
		return
	}
	s.must(plan.Diagnostics)
	s.must(s.core.Apply(plan))
	s.sb.Settle()
	if second := s.core.Plan(config); second.Failed() || second.Action != acctest.ActionNone {
		s.Errorf("the plan after it is %s: %v\nbefore %v\nafter  %v", second.Action, second.Errors, s.core.State(), second.Planned)
	}
}

// Some lifecycle sets each optional attribute, or has a sample of it.
func TestLifecyclesSetEveryAttribute(t *testing.T) {
	t.Parallel()
	set := map[string]map[string]bool{}
	for _, l := range lifecycles() {
		if set[l.typeName] == nil {
			set[l.typeName] = map[string]bool{}
		}
		for _, from := range []map[string]any{l.create, l.update, l.samples} {
			for name := range from {
				set[l.typeName][name] = true
			}
		}
	}
	for _, typeName := range resources(t) {
		for name := range settable(t, typeName) {
			if name != "timeouts" && !set[typeName][name] {
				t.Errorf("no lifecycle of %s sets %s", typeName, name)
			}
		}
	}
}

// An import by id, by identity, or from the results of a query, and the configuration that is generated from it, give an empty plan.
func TestAccProvider_imports(t *testing.T) {
	t.Parallel()
	eachLifecycle(t, func(t *testing.T, s *scenario) {
		t.Helper()
		s.must(s.apply(s.create))
		s.sb.Settle()
		identity := s.core.Identity()
		if len(identity) == 0 || identity["org_id"] != "demo" {
			t.Fatalf("the identity is %v", identity)
		}
		s.expectCompleteImport("by id", func(core *acctest.Core) acctest.Diagnostics { return core.Import(s.importID) }, identity)
		s.expectCompleteImport("by identity", func(core *acctest.Core) acctest.Diagnostics { return core.ImportIdentity(identity) }, identity)
		if said := s.sb.Core(t, s.typeName).ImportIdentity(with(identity, "org_id", "acme")); !said.Failed() {
			t.Error("another organization's identity was imported")
		}

		found, said := s.sb.Query(t, s.typeName, s.filters, 0, true)
		s.must(said)
		at := slices.IndexFunc(found, func(l acctest.ListResult) bool { return cmp.Equal(l.Identity, identity) })
		if at < 0 {
			t.Fatalf("the query finds %v, and not %v", found, identity)
		}
		core := s.sb.Core(t, s.typeName)
		s.must(core.ImportIdentity(found[at].Identity))
		s.expectNoChanges("the configuration from the query", core, s.generated(found[at].Attributes))
		if one, said := s.sb.Query(t, s.typeName, s.filters, 1, false); said.Failed() || len(one) != 1 {
			t.Errorf("a query for one finds %d: %v", len(one), said.Errors)
		}
	})
}

func (s *scenario) expectCompleteImport(how string, imported func(*acctest.Core) acctest.Diagnostics, identity map[string]any) {
	s.Helper()
	core := s.sb.Core(s, s.typeName)
	if said := imported(core); said.Failed() {
		s.Errorf("the import %s fails: %v", how, said.Errors)
		return
	}
	if diff := cmp.Diff(identity, core.Identity()); diff != "" {
		s.Errorf("the identity after the import %s (-created +imported):\n%s", how, diff)
	}
	s.expectNoChanges("the configuration after the import "+how, core, s.generated(core.State()))
}

func (s *scenario) expectNoChanges(what string, core *acctest.Core, config map[string]any) {
	s.Helper()
	if plan := core.Plan(config); plan.Failed() || plan.Action != acctest.ActionNone {
		s.Errorf("%s, %v, plans %s: %v\nbefore %v\nafter  %v", what, config, plan.Action, plan.Errors, core.State(), plan.Planned)
	}
}

// generated is the configuration that Terraform generates from the attributes of an object: whatever can be set. Of two that
// exclude each other, a person has to take one out.
func (s *scenario) generated(attributes map[string]any) map[string]any {
	config := map[string]any{}
	for name, a := range settable(s.T, s.typeName) {
		if value := attributes[name]; value != nil && !slices.Contains(s.ungenerated, name) {
			config[name] = settableParts(a, value)
		}
	}
	return config
}

// settableParts leaves out of a nested attribute what only the provider sets.
func settableParts(a *tfprotov6.SchemaAttribute, value any) any {
	object, ok := value.(map[string]any)
	if a.NestedType == nil || !ok || a.NestedType.Nesting != tfprotov6.SchemaObjectNestingModeSingle {
		return value
	}
	out := map[string]any{}
	for _, nested := range a.NestedType.Attributes {
		if nested.Required || nested.Optional {
			out[nested.Name] = settableParts(nested, object[nested.Name])
		}
	}
	return out
}

// Whatever somebody else changes on the server, the next plan puts it back.
func TestAccProvider_drift(t *testing.T) {
	t.Parallel()
	for _, l := range lifecycles() {
		changed := 0
		attributes := settable(t, l.typeName)
		for name, value := range l.update {
			if _, managed := l.create[name]; cmp.Equal(l.create[name], value) || !managed && attributes[name].Computed {
				continue
			}
			changed++
			t.Run(l.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := newScenario(t, l.lifecycle)
					s.must(s.apply(s.create))
					s.sb.Settle()
					s.expectDrift(name)
				})
			})
		}
		if changed == 0 {
			t.Errorf("%s changes nothing", l.name)
		}
	}
}

// expectDrift changes one attribute by another hand.
func (s *scenario) expectDrift(name string) {
	s.Helper()
	other := s.sb.Core(s, s.typeName)
	s.must(other.Import(s.importID))
	config := with(s.create, name, s.update[name])
	plan := other.Plan(config)
	if slices.Contains(s.driftless, name) {
		return
	}
	s.must(plan.Diagnostics)
	if plan.Action == acctest.ActionReplace { // another object, not another state of this one
		return
	}
	s.sb.ClearLedger()
	s.must(other.Apply(plan))
	s.sb.Settle()
	if len(s.sb.Writes()) == 0 { // the server knows nothing of it
		return
	}
	if drifted := s.core.Plan(s.create); !drifted.Failed() && drifted.Action == acctest.ActionNone {
		s.Errorf("after %s became %v the plan changes nothing: %v", name, s.update[name], s.core.State())
	}
}

// What somebody else has deleted is created again.
func TestAccProvider_deletedOutsideOfTerraform(t *testing.T) {
	t.Parallel()
	eachLifecycle(t, func(t *testing.T, s *scenario) {
		t.Helper()
		s.must(s.apply(s.create))
		s.sb.Settle()
		other := s.sb.Core(t, s.typeName)
		s.must(other.Import(s.importID))
		if said := other.Destroy(); said.Failed() { // what is imported is protected until the configuration says otherwise
			s.must(other.Apply(other.Plan(s.create)))
			s.must(other.Destroy())
		}
		s.sb.Settle()
		plan := s.core.Plan(s.create)
		s.must(plan.Diagnostics)
		if s.undeletable {
			return
		}
		if plan.Action == acctest.ActionNone {
			t.Fatalf("the loss is not seen: %v", s.core.State())
		}
		s.must(s.core.Apply(plan))
		s.sb.Settle()
		s.expectNoChanges("after the loss", s.core, s.create)
	})
}

// A lifecycle without an unusual step would hide behind the exceptions above.
func TestLifecycleExceptionsAreFew(t *testing.T) {
	t.Parallel()
	for _, l := range lifecycles() {
		if n := len(l.driftless) + len(l.needed) + len(l.ungenerated); n > 4 {
			t.Errorf("%s has %s", l.name, fmt.Sprint(n, " exceptions"))
		}
	}
}
