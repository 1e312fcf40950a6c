package fleet

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func TestCheckRule(t *testing.T) {
	t.Parallel()
	unknown := types.StringUnknown()
	tests := map[string]struct {
		field, operator, value attr.Value
		at                     string // "" where the rule is right
		says                   string
	}{
		"text":                       {field: types.StringValue("platform"), operator: types.StringValue("eq"), value: types.StringValue("ios")},
		"several words":              {field: types.StringValue("locale"), operator: types.StringValue("in"), value: types.StringValue("en_US, en_GB")},
		"version":                    {field: types.StringValue("os_version"), operator: types.StringValue("gte"), value: types.StringValue("17")},
		"version with a prerelease":  {field: types.StringValue("app_version"), operator: types.StringValue("eq"), value: types.StringValue("2.0.0-beta.1")},
		"number":                     {field: types.StringValue("ram_gb"), operator: types.StringValue("gt"), value: types.StringValue("7.5")},
		"bool":                       {field: types.StringValue("gpu_available"), operator: types.StringValue("eq"), value: types.StringValue("true")},
		"no such field":              {types.StringValue("colour"), types.StringValue("eq"), types.StringValue("red"), "rules[0].field", `no field "colour"`},
		"operator of another field":  {types.StringValue("locale"), types.StringValue("neq"), types.StringValue("en_US"), "rules[0].operator", "only with eq or in"},
		"no equality of memory":      {types.StringValue("ram_gb"), types.StringValue("eq"), types.StringValue("8"), "rules[0].operator", "gte, lte, gt or lt"},
		"only equality of a bool":    {types.StringValue("npu_available"), types.StringValue("in"), types.StringValue("true"), "rules[0].operator", "only with eq"},
		"empty":                      {types.StringValue("platform"), types.StringValue("eq"), types.StringValue(" "), "rules[0].value", "is empty"},
		"empty word":                 {types.StringValue("platform"), types.StringValue("in"), types.StringValue("ios,,android"), "rules[0].value", "empty word"},
		"no version":                 {types.StringValue("os_version"), types.StringValue("gte"), types.StringValue("new"), "rules[0].value", "no version"},
		"no number":                  {types.StringValue("ram_gb"), types.StringValue("gte"), types.StringValue("8 GB"), "rules[0].value", "no number"},
		"not a number":               {types.StringValue("ram_gb"), types.StringValue("gte"), types.StringValue("NaN"), "rules[0].value", "no number"},
		"no bool":                    {types.StringValue("gpu_available"), types.StringValue("eq"), types.StringValue("yes"), "rules[0].value", "neither true nor false"},
		"unknown field":              {field: unknown, operator: types.StringValue("between"), value: types.StringValue("")},
		"unknown operator":           {field: types.StringValue("ram_gb"), operator: unknown, value: types.StringValue("much")},
		"unknown value":              {field: types.StringValue("ram_gb"), operator: types.StringValue("gte"), value: unknown},
		"unknown operator, no field": {types.StringValue("colour"), unknown, unknown, "rules[0].field", "A rule can ask for platform, os_version"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			checkRule(path.Root("rules").AtListIndex(0), ruleModel{
				Field: test.field.(types.String), Operator: test.operator.(types.String), Value: test.value.(types.String),
			}, &diags)
			expectOne(t, diags, test.at, test.says)
		})
	}
}

// expectOne fails unless the diagnostics are a single error at that path with that text, or none where at is "".
func expectOne(t *testing.T, diags diag.Diagnostics, at, says string) {
	t.Helper()
	if at == "" {
		if len(diags) > 0 {
			t.Errorf("got %v, want no diagnostic", diags)
		}
		return
	}
	if len(diags) != 1 {
		t.Fatalf("got %d diagnostics %v, want one at %s", len(diags), diags, at)
	}
	with, ok := diags[0].(diag.DiagnosticWithPath)
	if !ok || with.Path().String() != at || !strings.Contains(with.Detail(), says) {
		t.Errorf("got %v, want one at %s that says %q", diags[0], at, says)
	}
}

func TestCheckRulesFitType(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		groupType types.String
		rules     int
		says      string
	}{
		"static without":   {groupType: types.StringValue("static")},
		"static by itself": {groupType: types.StringNull()},
		"static with":      {types.StringValue("static"), 1, "octomil_device_group_members"},
		"default with":     {types.StringNull(), 1, "octomil_device_group_members"},
		"dynamic with":     {groupType: types.StringValue("dynamic"), rules: 1},
		"dynamic without":  {types.StringValue("dynamic"), 0, "at least one rule"},
		"hybrid without":   {groupType: types.StringValue("hybrid")},
		"hybrid with":      {groupType: types.StringValue("hybrid"), rules: 2},
		"not known yet":    {groupType: types.StringUnknown(), rules: 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			checkRulesFitType(test.groupType, test.rules, &diags)
			at := ""
			if test.says != "" {
				at = "rules"
			}
			expectOne(t, diags, at, test.says)
		})
	}
}

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
