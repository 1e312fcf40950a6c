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

// What has to hold for every resource. The configurations come from the lifecycles, the attributes from the schemas, so a new resource
// gets these tests with its lifecycle.

// eachLifecycle runs a test for each lifecycle, in virtual time on a new sandbox.
func eachLifecycle(t *testing.T, run func(t *testing.T, s *scenario)) {
	t.Helper()
	for _, l := range lifecycles() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { run(t, newScenario(t, acctest.StartVirtual(t), l.lifecycle)) })
		})
	}
}

// settable returns the attributes that a configuration may set, by name.
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

// with returns a copy of a configuration with another value of one attribute.
func with(config map[string]any, name string, value any) map[string]any {
	out := maps.Clone(config)
	out[name] = value
	return out
}

// A configuration with an unknown attribute, or an unknown part of one, can be validated and planned.
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

// unknowns returns configurations in which an attribute, or a part of it, is unknown.
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

// unknownParts returns unknown variants of an element. An object has one unknown part in each: the framework takes a wholly unknown
// object for one without its required attributes.
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

// value returns a valid value of an attribute: from the first configuration, the second, or the samples.
func (s *scenario) value(name string) any {
	for _, from := range []map[string]any{s.create, s.update, s.samples} {
		if value, ok := from[name]; ok {
			return value
		}
	}
	return nil
}

// An optional attribute may be omitted, empty or set, and the plan after the apply is empty. An empty value may be rejected by an
// error that names the attribute.
func TestAccProvider_attributesConverge(t *testing.T) {
	t.Parallel()
	done := map[string]bool{}
	for _, l := range lifecycles() {
		for name, a := range settable(t, l.typeName) {
			for what, empty := range map[string]any{"null": nil, "empty": emptyOf(a), "set": "set"} {
				if a.Required && what != "set" || what == "empty" && empty == nil || slices.Contains(l.needed, name) && what != "set" {
					continue
				}
				// For null and empty values one lifecycle of a type is enough.
				key := strings.Join([]string{l.typeName, name, what}, " ")
				if what != "set" && done[key] {
					continue
				}
				done[key] = true
				t.Run(l.name+"/"+name+"/"+what, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						s := newScenario(t, acctest.StartVirtual(t), l.lifecycle)
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

// emptyOf returns the empty value of an attribute, nil if its type has none.
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

// expectConverged applies a configuration, unless it is rejected, and expects that the next plan is empty.
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

// Each optional attribute is set by a lifecycle, or has a sample.
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

// After an import by ID, by identity, or from the result of a query, the generated configuration gives an empty plan.
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

// generated returns the configuration that Terraform generates from the attributes of an object: all that can be set, without those
// that a user has to remove.
func (s *scenario) generated(attributes map[string]any) map[string]any {
	config := map[string]any{}
	for name, a := range settable(s.T, s.typeName) {
		if value := attributes[name]; value != nil && !slices.Contains(s.ungenerated, name) {
			config[name] = settableParts(a, value)
		}
	}
	return config
}

// settableParts removes computed parts from a nested attribute.
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

// A change outside of Terraform is reverted by the next plan.
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
					s := newScenario(t, acctest.StartVirtual(t), l.lifecycle)
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

// expectDrift changes one attribute outside of Terraform and expects that the next plan is not empty.
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

// An object that was deleted outside of Terraform is created again.
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

// Too many exceptions would exempt a lifecycle from the tests above.
func TestLifecycleExceptionsAreFew(t *testing.T) {
	t.Parallel()
	for _, l := range lifecycles() {
		if n := len(l.driftless) + len(l.needed) + len(l.ungenerated); n > 4 {
			t.Errorf("%s has %s", l.name, fmt.Sprint(n, " exceptions"))
		}
	}
}
