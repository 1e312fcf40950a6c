package federation

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// model is the state of octomil_federation.
type model struct {
	ID                 types.String  `tfsdk:"id"`
	OrgID              types.String  `tfsdk:"org_id"`
	Name               types.String  `tfsdk:"name"`
	Description        types.String  `tfsdk:"description"`
	Models             types.Set     `tfsdk:"models"`
	MemberOrgIDs       types.Set     `tfsdk:"member_org_ids"`
	TotalEpsilonBudget types.Float64 `tfsdk:"total_epsilon_budget"`
	TotalDeltaBudget   types.Float64 `tfsdk:"total_delta_budget"`
}

// object is a federation with the details that need requests of their own.
type object struct {
	control.Federation
	// details is nil until readDetails has fetched them.
	details *details
}

type details struct {
	models  []control.SharedModel
	members []control.FederationMember
	budget  control.PrivacyBudget
	// unread are those that are not known yet, or no longer.
	unread unread
}

// unread tells which details are to be read.
type unread struct{ models, members, budget bool }

// imported reports whether the state holds nothing but the identity.
func (m *model) imported() bool { return m.Name.IsNull() }

// newObject returns a federation of which no details are known.
func newObject(f control.Federation) object {
	return object{f, &details{unread: unread{models: true, members: true, budget: true}}}
}

// readDetails fetches those details of a federation that are not known and that the model needs: all of them for an import, otherwise only
// the managed ones.
func readDetails(ctx context.Context, client *control.Client, o object, m *model) (object, error) {
	d := *o.details
	var err error
	if d.unread.models && (m.imported() || !m.Models.IsNull()) {
		if d.models, err = client.FederationModels(ctx, o.ID); err != nil {
			return object{}, err
		}
	}
	if d.unread.members && (m.imported() || !m.MemberOrgIDs.IsNull()) {
		if d.members, err = client.FederationMembers(ctx, o.ID); err != nil {
			return object{}, err
		}
	}
	if d.unread.budget {
		if d.budget, err = client.PrivacyBudget(ctx, o.ID); err != nil {
			return object{}, err
		}
	}
	d.unread = unread{}
	return object{o.Federation, &d}, nil
}

// fromAPI sets the model from the server's federation. org is used where the server does not return the organization.
func (m *model) fromAPI(ctx context.Context, o object, org string, diags *diag.Diagnostics) {
	m.modelsFromAPI(ctx, o.details.models, diags)
	m.membersFromAPI(ctx, o.details.members, diags)
	m.ID = types.StringValue(o.ID)
	m.OrgID = resourcekit.StringOrNull(cmp.Or(o.OrgID, m.OrgID.ValueString(), org))
	m.Name = types.StringValue(o.Name)
	m.Description = resourcekit.OptionalString(o.Description, m.Description)
	m.TotalEpsilonBudget = float64FromAPI(o.details.budget.Epsilon, m.TotalEpsilonBudget)
	m.TotalDeltaBudget = float64FromAPI(o.details.budget.Delta, m.TotalDeltaBudget)
}

// modelsFromAPI keeps the configured models that the federation has, spelled as configured. An import gets all of them by name.
func (m *model) modelsFromAPI(ctx context.Context, all []control.SharedModel, diags *diag.Diagnostics) {
	if m.imported() {
		names := make([]string, len(all))
		for i, s := range all {
			names[i] = cmp.Or(s.Name, s.ModelID)
		}
		m.Models = setFrom(ctx, names, m.Models, diags)
		return
	}
	kept := slices.DeleteFunc(stringsOf(ctx, m.Models, diags), func(idOrName string) bool { return !hasModel(all, idOrName) })
	m.Models = setFrom(ctx, kept, m.Models, diags)
}

// hasModel reports whether a model with this ID or name is in the list.
func hasModel(all []control.SharedModel, idOrName string) bool {
	return slices.ContainsFunc(all, func(s control.SharedModel) bool {
		return control.SameFoldedText(s.Name, idOrName) || s.ModelID == idOrName
	})
}

// membersFromAPI keeps the configured members that the federation has. An import gets all members except the owner.
func (m *model) membersFromAPI(ctx context.Context, all []control.FederationMember, diags *diag.Diagnostics) {
	if m.imported() {
		var ids []string
		for _, member := range all {
			if !member.Owner {
				ids = append(ids, member.OrgID)
			}
		}
		m.MemberOrgIDs = setFrom(ctx, ids, m.MemberOrgIDs, diags)
		return
	}
	kept := slices.DeleteFunc(stringsOf(ctx, m.MemberOrgIDs, diags), func(org string) bool { return !hasMember(all, org) })
	m.MemberOrgIDs = setFrom(ctx, kept, m.MemberOrgIDs, diags)
}

func hasMember(all []control.FederationMember, org string) bool {
	return slices.ContainsFunc(all, func(m control.FederationMember) bool { return control.SameFoldedText(m.OrgID, org) })
}

// leavesUnmanaged reports whether the federation holds anything that the model does not name.
func (m *model) leavesUnmanaged(ctx context.Context, o object, diags *diag.Diagnostics) bool {
	models, members := stringsOf(ctx, m.Models, diags), stringsOf(ctx, m.MemberOrgIDs, diags)
	wanted, have := m.budget(), o.details.budget
	description := ""
	if o.Description != nil {
		description = *o.Description
	}
	return description != m.Description.ValueString() ||
		slices.ContainsFunc(o.details.models, func(s control.SharedModel) bool {
			return !slices.Contains(models, s.Name) && !slices.Contains(models, s.ModelID)
		}) ||
		slices.ContainsFunc(o.details.members, func(f control.FederationMember) bool { return !f.Owner && !slices.Contains(members, f.OrgID) }) ||
		have.Epsilon != nil && (wanted.Epsilon == nil || !budgetMatches(wanted.Epsilon, have.Epsilon) || !budgetMatches(wanted.Delta, have.Delta))
}

// budget returns the known parts of the planned budget.
func (m *model) budget() (b control.PrivacyBudget) {
	if resourcekit.Known(m.TotalEpsilonBudget) {
		b.Epsilon = m.TotalEpsilonBudget.ValueFloat64Pointer()
	}
	if resourcekit.Known(m.TotalDeltaBudget) {
		b.Delta = m.TotalDeltaBudget.ValueFloat64Pointer()
	}
	return b
}

// budgetMatches reports whether have is the wanted value. A nil want matches everything.
func budgetMatches(want, have *float64) bool {
	return want == nil || have != nil && *want == *have
}

// stringsOf returns the elements of a set, sorted.
func stringsOf(ctx context.Context, set types.Set, diags *diag.Diagnostics) []string {
	if !resourcekit.Known(set) {
		return nil
	}
	var out []string
	diags.Append(set.ElementsAs(ctx, &out, false)...)
	slices.Sort(out)
	return out
}

// setFrom is the inverse of stringsOf. Where there are no elements, prior decides between null and empty.
func setFrom(ctx context.Context, elements []string, prior types.Set, diags *diag.Diagnostics) types.Set {
	if len(elements) == 0 && !resourcekit.Known(prior) {
		return types.SetNull(types.StringType)
	}
	slices.Sort(elements)
	set, d := types.SetValueFrom(ctx, types.StringType, append([]string{}, slices.Compact(elements)...))
	diags.Append(d...)
	return set
}

// float64FromAPI maps the server's number, null for nil. An unchanged number keeps the precision that prior has.
func float64FromAPI(number *float64, prior types.Float64) types.Float64 {
	if number != nil && resourcekit.Known(prior) && *number == prior.ValueFloat64() {
		return prior
	}
	return types.Float64PointerValue(number)
}
