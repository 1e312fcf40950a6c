package fleet

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// validateGroup checks the rules against the table of fields and operators, and against the type of the group.
func validateGroup(ctx context.Context, config groupModel, diags *diag.Diagnostics) {
	if config.Rules.IsUnknown() {
		return
	}
	validateRulesForType(config.GroupType, len(config.Rules.Elements()), diags)
	for i, element := range config.Rules.Elements() {
		at := path.Root("rules").AtListIndex(i)
		object, ok := element.(types.Object)
		if !ok || object.IsNull() {
			diags.AddAttributeError(at, "Invalid rule", "A rule requires `field`, `operator` and `value`.")
			continue
		}
		if object.IsUnknown() {
			continue
		}
		var rule ruleModel
		diags.Append(object.As(ctx, &rule, basetypes.ObjectAsOptions{})...)
		validateRule(at, rule, diags)
	}
}

func validateRulesForType(groupType types.String, rules int, diags *diag.Diagnostics) {
	if groupType.IsUnknown() {
		return
	}
	at := path.Root("rules")
	switch t := cmp.Or(groupType.ValueString(), control.GroupStatic); {
	case t == control.GroupStatic && rules > 0:
		diags.AddAttributeError(at, "A static group cannot have rules", "The members of a static group are listed with "+
			"`octomil_device_group_members`. Remove the rules, or set `group_type` to `dynamic` or `hybrid`.")
	case t == control.GroupDynamic && rules == 0:
		diags.AddAttributeError(at, "A dynamic group requires rules", "The members of a dynamic group are the devices that match its "+
			"rules. Add at least one rule, or set `group_type` to `static`.")
	}
}

// validateRule checks the known parts of a rule.
func validateRule(at path.Path, rule ruleModel, diags *diag.Diagnostics) {
	if !resourcekit.Known(rule.Field) {
		return
	}
	f, ok := findRuleField(rule.Field.ValueString())
	if !ok {
		diags.AddAttributeError(at.AtName("field"), "Invalid rule field", fmt.Sprintf("Unknown field %q: `field` must be %s.",
			rule.Field.ValueString(), joinOr(ruleFieldNames())))
		return
	}
	if !resourcekit.Known(rule.Operator) {
		return
	}
	operator := rule.Operator.ValueString()
	if !slices.Contains(f.operators, operator) {
		diags.AddAttributeError(at.AtName("operator"), "Invalid rule operator",
			fmt.Sprintf("The field %#q does not support the operator %q: `operator` must be %s.", f.name, operator, joinOr(f.operators)))
		return
	}
	if !resourcekit.Known(rule.Value) {
		return
	}
	if problem := f.valueProblem(operator, rule.Value.ValueString()); problem != "" {
		diags.AddAttributeError(at.AtName("value"), "Invalid rule value",
			fmt.Sprintf("Invalid value %q for the field %#q: `value` %s.", rule.Value.ValueString(), f.name, problem))
	}
}

// joinOr lists names as "`a`, `b` or `c`".
func joinOr(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = "`" + name + "`"
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}
