package fleet

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func TestSameRules(t *testing.T) {
	t.Parallel()
	rule := func(field, operator, value string) control.Rule {
		return control.Rule{Field: field, Operator: operator, Value: value}
	}
	ios, big := rule("platform", "eq", "ios"), rule("ram_gb", "gte", "8")
	tests := map[string]struct {
		a, b []control.Rule
		want bool
	}{
		"none":                  {nil, []control.Rule{}, true},
		"the same":              {[]control.Rule{ios, big}, []control.Rule{ios, big}, true},
		"another order":         {[]control.Rule{ios, big}, []control.Rule{big, ios}, true},
		"one is missing":        {[]control.Rule{ios, big}, []control.Rule{ios}, false},
		"one twice":             {[]control.Rule{ios, big}, []control.Rule{ios, ios}, false},
		"another value":         {[]control.Rule{ios}, []control.Rule{rule("platform", "eq", "android")}, false},
		"another operator":      {[]control.Rule{big}, []control.Rule{rule("ram_gb", "gt", "8")}, false},
		"a number, otherwise":   {[]control.Rule{big}, []control.Rule{rule("ram_gb", "gte", "8.0")}, true},
		"a bool, otherwise":     {[]control.Rule{rule("gpu_available", "eq", "true")}, []control.Rule{rule("gpu_available", "eq", "True")}, true},
		"a version, otherwise":  {[]control.Rule{rule("os_version", "eq", "17")}, []control.Rule{rule("os_version", "eq", "17.0")}, true},
		"another version":       {[]control.Rule{rule("os_version", "eq", "17")}, []control.Rule{rule("os_version", "eq", "17.1")}, false},
		"words, otherwise":      {[]control.Rule{rule("locale", "in", "a,b")}, []control.Rule{rule("locale", "in", "b, a")}, true},
		"other words":           {[]control.Rule{rule("locale", "in", "a,b")}, []control.Rule{rule("locale", "in", "a,c")}, false},
		"text keeps its case":   {[]control.Rule{ios}, []control.Rule{rule("platform", "eq", "iOS")}, false},
		"fields unknown to us":  {[]control.Rule{rule("battery", "gte", "8")}, []control.Rule{rule("battery", "gte", "8.0")}, false},
		"a text of digits only": {[]control.Rule{rule("model", "eq", "8")}, []control.Rule{rule("model", "eq", "8.0")}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := sameRules(test.a, test.b); got != test.want {
				t.Errorf("sameRules(%v, %v) = %v, want %v", test.a, test.b, got, test.want)
			}
			if got := sameRules(test.b, test.a); got != test.want {
				t.Errorf("sameRules(%v, %v) = %v, want %v", test.b, test.a, got, test.want)
			}
		})
	}
}

// word is a generator of its own for each who draws: one that is shared writes its name on first use, which tests that run side by
// side must not see.
func word() *rapid.Generator[string] { return rapid.StringMatching(`[a-z]{1,4}`) }

// anyRule fits the table of fields and operators.
func anyRule(rt *rapid.T) control.Rule {
	f := rapid.SampledFrom(ruleFields).Draw(rt, "field")
	r := control.Rule{Field: f.name, Operator: rapid.SampledFrom(f.operators).Draw(rt, "operator")}
	switch {
	case r.Operator == operatorIn:
		r.Value = strings.Join(rapid.SliceOfN(word(), 1, 3).Draw(rt, "words"), ",")
	case f.kind == kindVersion:
		r.Value = rapid.StringMatching(`[0-9]{1,3}(\.[0-9]{1,3}){0,2}`).Draw(rt, "version")
	case f.kind == kindNumber:
		r.Value = rapid.StringMatching(`[0-9]{1,3}(\.[0-9]{1,2})?`).Draw(rt, "number")
	case f.kind == kindBool:
		r.Value = rapid.SampledFrom([]string{"true", "false"}).Draw(rt, "truth")
	default:
		r.Value = word().Draw(rt, "text")
	}
	return r
}

// A rule has one meaning, which means itself, and the validation takes it as it takes the rule.
func FuzzNormalizeRule(f *testing.F) {
	for _, r := range []control.Rule{
		{Field: "platform", Operator: "in", Value: "ios, android"}, {Field: "os_version", Operator: "gte", Value: "17"},
		{Field: "ram_gb", Operator: "gte", Value: "8.0"}, {Field: "gpu_available", Operator: "eq", Value: "True"},
		{Field: "ram_gb", Operator: "lt", Value: "0x10p0"}, {Field: "ram_gb", Operator: "lt", Value: "1e400"}, {Field: "locale", Operator: "eq", Value: " "},
		{Field: "os_version", Operator: "eq", Value: "v1.2.3.4-rc.1+build"}, {Field: "none", Operator: "none", Value: ""},
	} {
		f.Add(r.Field, r.Operator, r.Value, r.Value+" ")
	}
	f.Fuzz(func(t *testing.T, field, operator, value, other string) {
		a := control.Rule{Field: field, Operator: operator, Value: value}
		b := control.Rule{Field: field, Operator: operator, Value: other}
		if once := normalize(a); normalize(once) != once {
			t.Errorf("%q means %q, and that %q", value, once.Value, normalize(once).Value)
		}
		if !sameRules([]control.Rule{a, b}, []control.Rule{b, a}) || sameRules([]control.Rule{a}, []control.Rule{a, a}) {
			t.Errorf("%v and %v in another order are not the same, or one is taken for two", a, b)
		}
		if sameRules([]control.Rule{a}, []control.Rule{b}) != sameRules([]control.Rule{b}, []control.Rule{a}) {
			t.Errorf("%v and %v are the same in one direction only", a, b)
		}
		if known, ok := findRuleField(field); ok {
			wrong := known.valueProblem(operator, value)
			if wrong == "" && known.valueProblem(operator, normalize(a).Value) != "" {
				t.Errorf("%q is right and its meaning %q %s", value, normalize(a).Value, known.valueProblem(operator, normalize(a).Value))
			}
			if wrong == "" && known.kind == kindNumber && strings.ContainsAny(value, "xXpP_") {
				t.Errorf("%q is taken for a number, and is none that servers read", value)
			}
		}
	})
}
