package fleet

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// ruleModel is one rule in the state.
type ruleModel struct {
	Field    types.String `tfsdk:"field"`
	Operator types.String `tfsdk:"operator"`
	Value    types.String `tfsdk:"value"`
}

var ruleType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"field": types.StringType, "operator": types.StringType, "value": types.StringType,
}}

// operatorIn compares with any of several values, which are separated by commas.
const operatorIn = "in"

// valueKind is the type of a field's values.
type valueKind int

const (
	kindString valueKind = iota
	kindVersion
	kindNumber
	kindBool
)

// ruleField is a device property that rules can test.
type ruleField struct {
	name      string
	operators []string
	kind      valueKind
}

// ruleFields is the table of CONTRACT.md, section 5.
var ruleFields = []ruleField{
	{"platform", []string{"eq", "neq", operatorIn}, kindString},
	{"os_version", []string{"eq", "gte", "lte", "gt", "lt"}, kindVersion},
	{"locale", []string{"eq", operatorIn}, kindString},
	{"region", []string{"eq", operatorIn}, kindString},
	{"manufacturer", []string{"eq", operatorIn}, kindString},
	{"model", []string{"eq", operatorIn}, kindString},
	{"sdk_version", []string{"eq", "gte", "lte"}, kindVersion},
	{"app_version", []string{"eq", "gte", "lte"}, kindVersion},
	{"ram_gb", []string{"gte", "lte", "gt", "lt"}, kindNumber},
	{"gpu_available", []string{"eq"}, kindBool},
	{"npu_available", []string{"eq"}, kindBool},
}

func findRuleField(name string) (ruleField, bool) {
	i := slices.IndexFunc(ruleFields, func(f ruleField) bool { return f.name == name })
	if i < 0 {
		return ruleField{}, false
	}
	return ruleFields[i], true
}

func ruleFieldNames() []string {
	names := make([]string, len(ruleFields))
	for i, f := range ruleFields {
		names[i] = f.name
	}
	return names
}

// valueProblem says what a value must be that the field cannot be compared with. It returns "" for a valid value.
func (f ruleField) valueProblem(operator, value string) string {
	if strings.TrimSpace(value) == "" {
		return "must not be empty"
	}
	if operator == operatorIn {
		if slices.Contains(splitValues(value), "") {
			return "must not have an empty value between its commas"
		}
		return ""
	}
	switch f.kind {
	case kindVersion:
		if _, err := version.NewVersion(value); err != nil {
			return "must be a version such as `17` or `17.4.1`"
		}
	case kindNumber:
		number, err := strconv.ParseFloat(value, 64)
		if err != nil || number < 0 || math.IsNaN(number) || math.IsInf(number, 0) || strings.ContainsAny(value, "xX_") { // no hexadecimal
			return "must be a number such as `8` or `7.5`"
		}
	case kindBool:
		if value != "true" && value != "false" {
			return "must be `true` or `false`"
		}
	case kindString:
	}
	return ""
}

func splitValues(value string) []string {
	values := strings.Split(value, ",")
	for i := range values {
		values[i] = strings.TrimSpace(values[i])
	}
	return values
}

// normalize returns the canonical spelling of a rule: servers may write 8 as 8.0, True for true, or a blank after a comma.
func normalize(r control.Rule) control.Rule {
	f, _ := findRuleField(r.Field)
	r.Value = strings.TrimSpace(r.Value)
	if r.Operator == operatorIn {
		values := splitValues(r.Value)
		slices.Sort(values)
		r.Value = strings.Join(values, ",")
		return r
	}
	switch f.kind {
	case kindVersion:
		if v, err := version.NewVersion(r.Value); err == nil {
			r.Value = v.String()
		}
	case kindNumber:
		if number, err := strconv.ParseFloat(r.Value, 64); err == nil {
			r.Value = strconv.FormatFloat(number, 'g', -1, 64)
		}
	case kindBool:
		r.Value = strings.ToLower(r.Value)
	case kindString:
	}
	return r
}

// sameRules reports whether two lists are equivalent: all rules must match, so their order is irrelevant.
func sameRules(a, b []control.Rule) bool {
	if len(a) != len(b) {
		return false
	}
	count := map[control.Rule]int{}
	for _, r := range a {
		count[normalize(r)]++
	}
	for _, r := range b {
		if count[normalize(r)]--; count[normalize(r)] < 0 {
			return false
		}
	}
	return true
}

// rulesToAPI returns nil for null and unknown, and an empty slice for an empty list.
func rulesToAPI(ctx context.Context, list types.List, diags *diag.Diagnostics) []control.Rule {
	if !resourcekit.Known(list) {
		return nil
	}
	var models []ruleModel
	diags.Append(list.ElementsAs(ctx, &models, false)...)
	rules := make([]control.Rule, len(models))
	for i, m := range models {
		rules[i] = control.Rule{Field: m.Field.ValueString(), Operator: m.Operator.ValueString(), Value: m.Value.ValueString()}
	}
	return rules
}

// rulesFromAPI keeps prior if the server's rules are equivalent to it, which includes null and empty.
func rulesFromAPI(ctx context.Context, rules []control.Rule, prior types.List, diags *diag.Diagnostics) types.List {
	if sameRules(rules, rulesToAPI(ctx, prior, diags)) && !prior.IsUnknown() {
		return prior
	}
	if len(rules) == 0 && prior.IsUnknown() {
		return types.ListNull(ruleType)
	}
	models := make([]ruleModel, len(rules))
	for i, r := range rules {
		models[i] = ruleModel{Field: types.StringValue(r.Field), Operator: types.StringValue(r.Operator), Value: types.StringValue(r.Value)}
	}
	list, d := types.ListValueFrom(ctx, ruleType, models)
	diags.Append(d...)
	return list
}
