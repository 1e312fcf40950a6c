package provider_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// cosmeticValue returns a value that a server with this habit keeps in another form, ok is false where the value has no such part.
func cosmeticValue(c acctest.Cosmetic, value any) (out any, ok bool) {
	switch v := value.(type) {
	case string:
		changed, ok := map[string]string{
			"trims": "  " + v + " \n", "folds case": strings.ToUpper(v), "composes": v + "e\u0301", "decomposes": v + "\u00e9",
		}[c.Name]
		if !ok {
			return value, c.Object != nil
		}
		return changed, ok
	case float64:
		if c.Number == nil {
			return value, false
		}
		if v < 1 {
			return 0.123456789, true
		}
		return v - 0.4, true
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			changed, changes := cosmeticValue(c, element)
			list[i], ok = changed, ok || changes
		}
		return list, ok || c.Object != nil
	case map[string]any:
		members := map[string]any{}
		for name, member := range v {
			changed, changes := cosmeticValue(c, member)
			members[name], ok = changed, ok || changes
		}
		return members, ok || c.Object != nil
	}
	return value, c.Object != nil
}

// What a server keeps in another form that means the same is no difference: the apply succeeds, nothing is tainted, and the next plan is
// empty. A value that the schema, or the server, refuses is left out.
func TestAccProvider_cosmeticDifferences(t *testing.T) {
	t.Parallel()
	for _, l := range lifecycles() {
		for _, habit := range acctest.Cosmetics() {
			t.Run(l.name+"/"+habit.Name, func(t *testing.T) {
				t.Parallel()
				names := slices.Sorted(maps.Keys(settable(t, l.typeName)))
				for i, name := range names {
					if name == "source" { // a file of this machine
						continue
					}
					if habit.Object != nil && i%3 > 0 { // such a server changes every request in the same way
						continue
					}
					for _, from := range []string{"create", "update"} {
						synctest.Test(t, func(t *testing.T) { expectNoDifference(t, l.lifecycle, habit, name, from == "update") })
					}
				}
			})
		}
	}
}

func expectNoDifference(t *testing.T, l lifecycle, habit acctest.Cosmetic, name string, update bool) {
	t.Helper()
	s := newScenario(t, acctest.StartVirtual(t).WithCosmetic(habit), l)
	value := s.value(name)
	if block, ok := value.(map[string]any); ok && name == "rollout" && block["percentage"] != nil {
		value = with(block, "percentage", float64(block["percentage"].(int)))
	}
	value, ok := cosmeticValue(habit, value)
	if !ok {
		return
	}
	if update {
		s.must(s.apply(s.create))
	}
	config := with(s.create, name, value)
	plan := s.core.Plan(config)
	if plan.Failed() {
		if !update && (name == "description" || name == "tags" || name == "labels") { // which take anything
			t.Errorf("%s = %q: the plan fails: %v", name, value, plan.Errors)
		}
		return
	}
	said := s.core.Apply(plan)
	if said.Failed() {
		if refused := strings.Join(said.Errors, "\n"); !strings.Contains(refused, "the server answered 4") && !strings.Contains(refused, "does not exist") {
			t.Errorf("%s = %q: the apply fails: %s", name, value, refused)
		}
		return
	}
	s.sb.Settle()
	if next := s.core.Plan(config); next.Failed() || next.Action != acctest.ActionNone {
		t.Errorf("%s = %q (update %t): the next plan is %s: %v\nstate   %v\nplanned %v\nsaid %v", name, value, update, next.Action, next.Errors, s.core.State(),
			next.Planned, said.Warnings)
	}
	t.Logf("%s = %q", name, value)
}
