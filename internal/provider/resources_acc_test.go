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

// What has to hold of every resource, whatever it manages. The configurations are those of the lives, the attributes those of the
// schemas, so a resource that is added gets these tests by having a life.

// eachLife runs a test in virtual time, with a sandbox of its own, for each life.
func eachLife(t *testing.T, run func(t *testing.T, p *play)) {
	t.Helper()
	for _, l := range lives() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { run(t, newPlay(t, l.life)) })
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
func TestEveryAttributeMayBeUnknown(t *testing.T) {
	t.Parallel()
	eachLife(t, func(t *testing.T, p *play) {
		t.Helper()
		for _, name := range slices.Sorted(maps.Keys(settable(t, p.typeName))) {
			for _, config := range unknowns(with(p.create, name, p.value(name)), name) {
				core := p.sb.Core(t, p.typeName)
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
func (p *play) value(name string) any {
	for _, from := range []map[string]any{p.create, p.update, p.samples} {
		if value, ok := from[name]; ok {
			return value
		}
	}
	return nil
}

// Each optional attribute can be left out, be empty, and be set: what was applied needs no change afterwards. An empty one may be
// refused, if the error says which.
func TestNoAttributeIsNeverDone(t *testing.T) {
	t.Parallel()
	done := map[string]bool{}
	for _, l := range lives() {
		for name, a := range settable(t, l.typeName) {
			for what, empty := range map[string]any{"null": nil, "empty": emptyOf(a), "set": "set"} {
				if a.Required && what != "set" || what == "empty" && empty == nil || slices.Contains(l.needed, name) && what != "set" {
					continue
				}
				// One life of a type is enough for what no life sets.
				key := strings.Join([]string{l.typeName, name, what}, " ")
				if what != "set" && done[key] {
					continue
				}
				done[key] = true
				t.Run(l.name+"/"+name+"/"+what, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						p := newPlay(t, l.life)
						if what == "set" {
							if empty = p.value(name); empty == nil {
								return // another life of this type sets it: see below
							}
						}
						p.isDone(with(p.create, name, empty), name, what == "empty")
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

// isDone applies a configuration, if it is not refused, and expects that the next plan changes nothing.
func (p *play) isDone(config map[string]any, name string, refusable bool) {
	p.Helper()
	plan := p.core.Plan(config)
	if plan.Failed() && refusable {
		if text := strings.Join(plan.Errors, "\n"); !strings.Contains(text, name) {
			p.Errorf("the refusal does not name %s: %s", name, text)
		}
		return
	}
	p.must(plan.Report)
	p.must(p.core.Apply(plan))
	p.sb.Settle()
	if second := p.core.Plan(config); second.Failed() || second.Action != acctest.ActionNone {
		p.Errorf("the plan after it is %s: %v\nbefore %v\nafter  %v", second.Action, second.Errors, p.core.State(), second.Planned)
	}
}

// Some life sets each optional attribute, or has a sample of it.
func TestEveryAttributeIsSetOnce(t *testing.T) {
	t.Parallel()
	set := map[string]map[string]bool{}
	for _, l := range lives() {
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
				t.Errorf("no life of %s sets %s", typeName, name)
			}
		}
	}
}

// An import by id, by identity, or from the results of a query, and the configuration that is generated from it, give an empty plan.
func TestEveryImportIsComplete(t *testing.T) {
	t.Parallel()
	eachLife(t, func(t *testing.T, p *play) {
		t.Helper()
		p.must(p.apply(p.create))
		p.sb.Settle()
		identity := p.core.Identity()
		if len(identity) == 0 || identity["org_id"] != "demo" {
			t.Fatalf("the identity is %v", identity)
		}
		p.isComplete("by id", func(core *acctest.Core) acctest.Report { return core.Import(p.importID) }, identity)
		p.isComplete("by identity", func(core *acctest.Core) acctest.Report { return core.ImportIdentity(identity) }, identity)
		if said := p.sb.Core(t, p.typeName).ImportIdentity(with(identity, "org_id", "acme")); !said.Failed() {
			t.Error("another organization's identity was imported")
		}

		found, said := p.sb.Query(t, p.typeName, p.filters, 0, true)
		p.must(said)
		at := slices.IndexFunc(found, func(l acctest.Listed) bool { return cmp.Equal(l.Identity, identity) })
		if at < 0 {
			t.Fatalf("the query finds %v, and not %v", found, identity)
		}
		core := p.sb.Core(t, p.typeName)
		p.must(core.ImportIdentity(found[at].Identity))
		p.isUnchanged("the configuration from the query", core, p.generated(found[at].Attributes))
		if one, said := p.sb.Query(t, p.typeName, p.filters, 1, false); said.Failed() || len(one) != 1 {
			t.Errorf("a query for one finds %d: %v", len(one), said.Errors)
		}
	})
}

func (p *play) isComplete(how string, imported func(*acctest.Core) acctest.Report, identity map[string]any) {
	p.Helper()
	core := p.sb.Core(p, p.typeName)
	if said := imported(core); said.Failed() {
		p.Errorf("the import %s fails: %v", how, said.Errors)
		return
	}
	if diff := cmp.Diff(identity, core.Identity()); diff != "" {
		p.Errorf("the identity after the import %s (-created +imported):\n%s", how, diff)
	}
	p.isUnchanged("the configuration after the import "+how, core, p.generated(core.State()))
}

func (p *play) isUnchanged(what string, core *acctest.Core, config map[string]any) {
	p.Helper()
	if plan := core.Plan(config); plan.Failed() || plan.Action != acctest.ActionNone {
		p.Errorf("%s, %v, plans %s: %v\nbefore %v\nafter  %v", what, config, plan.Action, plan.Errors, core.State(), plan.Planned)
	}
}

// generated is the configuration that Terraform generates from the attributes of an object: whatever can be set. Of two that
// exclude each other, a person has to take one out.
func (p *play) generated(attributes map[string]any) map[string]any {
	config := map[string]any{}
	for name, a := range settable(p.T, p.typeName) {
		if value := attributes[name]; value != nil && !slices.Contains(p.ungenerated, name) {
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
func TestEveryDriftIsSeen(t *testing.T) {
	t.Parallel()
	for _, l := range lives() {
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
					p := newPlay(t, l.life)
					p.must(p.apply(p.create))
					p.sb.Settle()
					p.seesDrift(name)
				})
			})
		}
		if changed == 0 {
			t.Errorf("%s changes nothing", l.name)
		}
	}
}

// seesDrift changes one attribute by another hand.
func (p *play) seesDrift(name string) {
	p.Helper()
	other := p.sb.Core(p, p.typeName)
	p.must(other.Import(p.importID))
	config := with(p.create, name, p.update[name])
	plan := other.Plan(config)
	if slices.Contains(p.driftless, name) {
		return
	}
	p.must(plan.Report)
	if plan.Action == acctest.ActionReplace { // another object, not another state of this one
		return
	}
	p.sb.ClearLedger()
	p.must(other.Apply(plan))
	p.sb.Settle()
	if len(p.sb.Writes()) == 0 { // the server knows nothing of it
		return
	}
	if drifted := p.core.Plan(p.create); !drifted.Failed() && drifted.Action == acctest.ActionNone {
		p.Errorf("after %s became %v the plan changes nothing: %v", name, p.update[name], p.core.State())
	}
}

// What somebody else has deleted is created again.
func TestEveryLossIsMadeGood(t *testing.T) {
	t.Parallel()
	eachLife(t, func(t *testing.T, p *play) {
		t.Helper()
		p.must(p.apply(p.create))
		p.sb.Settle()
		other := p.sb.Core(t, p.typeName)
		p.must(other.Import(p.importID))
		if said := other.Destroy(); said.Failed() { // what is imported is protected until the configuration says otherwise
			p.must(other.Apply(other.Plan(p.create)))
			p.must(other.Destroy())
		}
		p.sb.Settle()
		plan := p.core.Plan(p.create)
		p.must(plan.Report)
		if p.stays {
			return
		}
		if plan.Action == acctest.ActionNone {
			t.Fatalf("the loss is not seen: %v", p.core.State())
		}
		p.must(p.core.Apply(plan))
		p.sb.Settle()
		p.isUnchanged("after the loss", p.core, p.create)
	})
}

// A life without an unusual step would hide behind the exceptions above.
func TestExceptionsAreFew(t *testing.T) {
	t.Parallel()
	for _, l := range lives() {
		if n := len(l.driftless) + len(l.needed) + len(l.ungenerated); n > 4 {
			t.Errorf("%s has %s", l.name, fmt.Sprint(n, " exceptions"))
		}
	}
}
