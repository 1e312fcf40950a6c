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
		"none":                     {nil, []control.Rule{}, true},
		"the same":                 {[]control.Rule{ios, big}, []control.Rule{ios, big}, true},
		"different order":          {[]control.Rule{ios, big}, []control.Rule{big, ios}, true},
		"one is missing":           {[]control.Rule{ios, big}, []control.Rule{ios}, false},
		"one twice":                {[]control.Rule{ios, big}, []control.Rule{ios, ios}, false},
		"different value":          {[]control.Rule{ios}, []control.Rule{rule("platform", "eq", "android")}, false},
		"different operator":       {[]control.Rule{big}, []control.Rule{rule("ram_gb", "gt", "8")}, false},
		"equivalent number":        {[]control.Rule{big}, []control.Rule{rule("ram_gb", "gte", "8.0")}, true},
		"equivalent bool":          {[]control.Rule{rule("gpu_available", "eq", "true")}, []control.Rule{rule("gpu_available", "eq", "True")}, true},
		"equivalent version":       {[]control.Rule{rule("os_version", "eq", "17")}, []control.Rule{rule("os_version", "eq", "17.0")}, true},
		"different version":        {[]control.Rule{rule("os_version", "eq", "17")}, []control.Rule{rule("os_version", "eq", "17.1")}, false},
		"equivalent list":          {[]control.Rule{rule("locale", "in", "a,b")}, []control.Rule{rule("locale", "in", "b, a")}, true},
		"different list":           {[]control.Rule{rule("locale", "in", "a,b")}, []control.Rule{rule("locale", "in", "a,c")}, false},
		"text keeps its case":      {[]control.Rule{ios}, []control.Rule{rule("platform", "eq", "iOS")}, false},
		"unknown field":            {[]control.Rule{rule("battery", "gte", "8")}, []control.Rule{rule("battery", "gte", "8.0")}, false},
		"digits in a string field": {[]control.Rule{rule("model", "eq", "8")}, []control.Rule{rule("model", "eq", "8.0")}, false},
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

// letters returns a new generator for each use. A shared one sets its name on first use, which is a data race in parallel tests.
func letters() *rapid.Generator[string] { return rapid.StringMatching(`[a-z]{1,4}`) }

// anyRule draws a valid rule.
func anyRule(rt *rapid.T) control.Rule {
	f := rapid.SampledFrom(ruleFields).Draw(rt, "field")
	r := control.Rule{Field: f.name, Operator: rapid.SampledFrom(f.operators).Draw(rt, "operator")}
	switch {
	case r.Operator == operatorIn:
		r.Value = strings.Join(rapid.SliceOfN(letters(), 1, 3).Draw(rt, "words"), ",")
	case f.kind == kindVersion:
		r.Value = rapid.StringMatching(`[0-9]{1,3}(\.[0-9]{1,3}){0,2}`).Draw(rt, "version")
	case f.kind == kindNumber:
		r.Value = rapid.StringMatching(`[0-9]{1,3}(\.[0-9]{1,2})?`).Draw(rt, "number")
	case f.kind == kindBool:
		r.Value = rapid.SampledFrom([]string{"true", "false"}).Draw(rt, "truth")
	default:
		r.Value = letters().Draw(rt, "text")
	}
	return r
}

// Normalizing is idempotent, and a valid rule is valid in its canonical spelling.
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
			t.Errorf("%q is normalized to %q, and that to %q", value, once.Value, normalize(once).Value)
		}
		if !sameRules([]control.Rule{a, b}, []control.Rule{b, a}) || sameRules([]control.Rule{a}, []control.Rule{a, a}) {
			t.Errorf("%v and %v in a different order are not the same, or one rule equals two", a, b)
		}
		if sameRules([]control.Rule{a}, []control.Rule{b}) != sameRules([]control.Rule{b}, []control.Rule{a}) {
			t.Errorf("%v and %v are the same in one direction only", a, b)
		}
		if known, ok := findRuleField(field); ok {
			problem := known.valueProblem(operator, value)
			if problem == "" && known.valueProblem(operator, normalize(a).Value) != "" {
				t.Errorf("%q is valid, but its canonical spelling %q %s", value, normalize(a).Value, known.valueProblem(operator, normalize(a).Value))
			}
			if problem == "" && known.kind == kindNumber && strings.ContainsAny(value, "xXpP_") {
				t.Errorf("%q is accepted as a number, but servers do not read it as one", value)
			}
		}
	})
}
