package fleet

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// CONTRACT.md 5.28, 5.41, 5.42, 5.43, 5.44, 5.45, 5.46
func TestValidateRule(t *testing.T) {
	t.Parallel()
	unknown := types.StringUnknown()
	tests := map[string]struct {
		field, operator, value attr.Value
		at                     string // "" for a valid rule
		message                string
	}{
		"text":                       {field: types.StringValue("platform"), operator: types.StringValue("eq"), value: types.StringValue("ios")},
		"several values":             {field: types.StringValue("locale"), operator: types.StringValue("in"), value: types.StringValue("en_US, en_GB")},
		"version":                    {field: types.StringValue("os_version"), operator: types.StringValue("gte"), value: types.StringValue("17")},
		"version with a prerelease":  {field: types.StringValue("app_version"), operator: types.StringValue("eq"), value: types.StringValue("2.0.0-beta.1")},
		"number":                     {field: types.StringValue("ram_gb"), operator: types.StringValue("gt"), value: types.StringValue("7.5")},
		"bool":                       {field: types.StringValue("gpu_available"), operator: types.StringValue("eq"), value: types.StringValue("true")},
		"no such field":              {types.StringValue("colour"), types.StringValue("eq"), types.StringValue("red"), "rules[0].field", `Unknown field "colour"`},
		"operator of another field":  {types.StringValue("locale"), types.StringValue("neq"), types.StringValue("en_US"), "rules[0].operator", "must be `eq` or `in`"},
		"no equality of memory":      {types.StringValue("ram_gb"), types.StringValue("eq"), types.StringValue("8"), "rules[0].operator", "`gte`, `lte`, `gt` or `lt`"},
		"only equality of a bool":    {types.StringValue("npu_available"), types.StringValue("in"), types.StringValue("true"), "rules[0].operator", "must be `eq`."},
		"empty":                      {types.StringValue("platform"), types.StringValue("eq"), types.StringValue(" "), "rules[0].value", "must not be empty"},
		"empty value":                {types.StringValue("platform"), types.StringValue("in"), types.StringValue("ios,,android"), "rules[0].value", "empty value between"},
		"no version":                 {types.StringValue("os_version"), types.StringValue("gte"), types.StringValue("new"), "rules[0].value", "must be a version"},
		"no number":                  {types.StringValue("ram_gb"), types.StringValue("gte"), types.StringValue("8 GB"), "rules[0].value", "must be a number"},
		"not a number":               {types.StringValue("ram_gb"), types.StringValue("gte"), types.StringValue("NaN"), "rules[0].value", "must be a number"},
		"no bool":                    {types.StringValue("gpu_available"), types.StringValue("eq"), types.StringValue("yes"), "rules[0].value", "must be `true` or `false`"},
		"unknown field":              {field: unknown, operator: types.StringValue("between"), value: types.StringValue("")},
		"unknown operator":           {field: types.StringValue("ram_gb"), operator: unknown, value: types.StringValue("much")},
		"unknown value":              {field: types.StringValue("ram_gb"), operator: types.StringValue("gte"), value: unknown},
		"unknown operator, no field": {types.StringValue("colour"), unknown, unknown, "rules[0].field", "must be `platform`, `os_version`"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			validateRule(path.Root("rules").AtListIndex(0), ruleModel{
				Field: test.field.(types.String), Operator: test.operator.(types.String), Value: test.value.(types.String),
			}, &diags)
			expectOne(t, diags, test.at, test.message)
		})
	}
}

// expectOne fails unless the diagnostics are a single error at that path with that text, or none if at is "".
func expectOne(t *testing.T, diags diag.Diagnostics, at, message string) {
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
	if !ok || with.Path().String() != at || !strings.Contains(with.Detail(), message) {
		t.Errorf("got %v, want one at %s with %q", diags[0], at, message)
	}
}

func TestValidateRulesForType(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		groupType types.String
		rules     int
		message   string
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
			validateRulesForType(test.groupType, test.rules, &diags)
			at := ""
			if test.message != "" {
				at = "rules"
			}
			expectOne(t, diags, at, test.message)
		})
	}
}

// A rule has at most one error, which is on one of its attributes and never on an unknown one.
func FuzzRuleValidation(f *testing.F) {
	f.Add("platform", "in", "ios,android", 0)
	f.Add("ram_gb", "gte", "much", 0)
	f.Add("ram_gb", "in", "", 4)
	f.Add("memory", "eq", "8", 1)
	f.Fuzz(func(t *testing.T, field, operator, value string, unknown int) {
		rule := ruleModel{Field: types.StringValue(field), Operator: types.StringValue(operator), Value: types.StringValue(value)}
		for bit, part := range []*types.String{&rule.Field, &rule.Operator, &rule.Value} {
			if unknown&(1<<bit) != 0 {
				*part = types.StringUnknown()
			}
		}
		at := path.Root("rules").AtListIndex(0)
		var diags diag.Diagnostics
		validateRule(at, rule, &diags)
		if len(diags) > 1 {
			t.Errorf("one rule has %d errors: %v", len(diags), diags)
		}
		for _, d := range diags {
			where, ok := d.(diag.DiagnosticWithPath)
			if !ok || where.Path().ParentPath().String() != at.String() {
				t.Fatalf("the error is not on an attribute of the rule: %v", d)
			}
			for name, part := range map[string]types.String{"field": rule.Field, "operator": rule.Operator, "value": rule.Value} {
				if where.Path().Equal(at.AtName(name)) && part.IsUnknown() {
					t.Errorf("the unknown %s has an error", name)
				}
			}
		}
		known, exists := findRuleField(field)
		valid := exists && slices.Contains(known.operators, operator) && known.valueProblem(operator, value) == ""
		if unknown&7 == 0 && valid != (len(diags) == 0) {
			t.Errorf("%s %s %q is valid: %t; errors: %v", field, operator, value, valid, diags)
		}
	})
}
