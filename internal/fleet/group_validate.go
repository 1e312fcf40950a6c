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

// validateGroup checks the rules against the table of fields and operators, and that type and rules fit together.
func validateGroup(ctx context.Context, config groupModel, diags *diag.Diagnostics) {
	if config.Rules.IsUnknown() {
		return
	}
	validateRulesForType(config.GroupType, len(config.Rules.Elements()), diags)
	for i, element := range config.Rules.Elements() {
		at := path.Root("rules").AtListIndex(i)
		object, ok := element.(types.Object)
		if !ok || object.IsNull() {
			diags.AddAttributeError(at, "The rule is empty", "A rule needs field, operator and value.")
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
	switch word := cmp.Or(groupType.ValueString(), control.GroupStatic); {
	case word == control.GroupStatic && rules > 0:
		diags.AddAttributeError(at, "A static group has no rules", "The members of a static group are listed by hand, with "+
			"octomil_device_group_members. Remove the rules, or set group_type to \"dynamic\" or \"hybrid\".")
	case word == control.GroupDynamic && rules == 0:
		diags.AddAttributeError(at, "A dynamic group needs rules", "The members of a dynamic group are the devices that match its "+
			"rules. Add at least one rule, or set group_type to \"static\".")
	}
}

// validateRule judges what is known of a rule.
func validateRule(at path.Path, rule ruleModel, diags *diag.Diagnostics) {
	if !resourcekit.Known(rule.Field) {
		return
	}
	f, ok := findRuleField(rule.Field.ValueString())
	if !ok {
		diags.AddAttributeError(at.AtName("field"), "The rule's field is not known", fmt.Sprintf("There is no field %q. A rule can ask for %s.",
			rule.Field.ValueString(), joinOr(ruleFieldNames())))
		return
	}
	if !resourcekit.Known(rule.Operator) {
		return
	}
	operator := rule.Operator.ValueString()
	if !slices.Contains(f.operators, operator) {
		diags.AddAttributeError(at.AtName("operator"), "The rule's operator does not fit its field",
			fmt.Sprintf("The field %s cannot be compared with %q, only with %s.", f.name, operator, joinOr(f.operators)))
		return
	}
	if !resourcekit.Known(rule.Value) {
		return
	}
	if wrong := f.valueProblem(operator, rule.Value.ValueString()); wrong != "" {
		diags.AddAttributeError(at.AtName("value"), "The rule's value does not fit its field",
			fmt.Sprintf("The value %q of the field %s %s.", rule.Value.ValueString(), f.name, wrong))
	}
}

// joinOr writes words as English does: "a, b or c".
func joinOr(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
