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

// model is the federation as Terraform holds it.
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

// object is a federation with what other calls tell of it.
type object struct {
	control.Federation
	// details is nil where nobody has asked for them.
	details *details
}

type details struct {
	models  []control.SharedModel
	members []control.FederationMember
	budget  control.PrivacyBudget
}

// imported is true of a state in which there is nothing but the identity.
func (m *model) imported() bool { return m.Name.IsNull() }

// describe asks for the details of a federation that the model needs: all of them for an import, else those that it manages.
func describe(ctx context.Context, client *control.Client, f control.Federation, m *model) (object, error) {
	var d details
	var err error
	if m.imported() || !m.Models.IsNull() {
		if d.models, err = client.FederationModels(ctx, f.ID); err != nil {
			return object{}, err
		}
	}
	if m.imported() || !m.MemberOrgIDs.IsNull() {
		if d.members, err = client.FederationMembers(ctx, f.ID); err != nil {
			return object{}, err
		}
	}
	d.budget, err = client.PrivacyBudget(ctx, f.ID)
	return object{f, &d}, err
}

// read takes the federation from the server. org is the organization of one that does not name its own.
func (m *model) read(ctx context.Context, o object, org string, diags *diag.Diagnostics) {
	m.readModels(ctx, o.details.models, diags)
	m.readMembers(ctx, o.details.members, diags)
	m.ID = types.StringValue(o.ID)
	m.OrgID = resourcekit.StringOrNull(cmp.Or(o.OrgID, m.OrgID.ValueString(), org))
	m.Name = types.StringValue(o.Name)
	m.Description = resourcekit.OptionalString(o.Description, m.Description)
	m.TotalEpsilonBudget = sameNumber(o.details.budget.Epsilon, m.TotalEpsilonBudget)
	m.TotalDeltaBudget = sameNumber(o.details.budget.Delta, m.TotalDeltaBudget)
}

// readModels shows those of the models that were asked for, in the words that were used, and after an import all of them by name.
func (m *model) readModels(ctx context.Context, all []control.SharedModel, diags *diag.Diagnostics) {
	if m.imported() {
		names := make([]string, len(all))
		for i, s := range all {
			names[i] = cmp.Or(s.Name, s.ModelID)
		}
		m.Models = setOf(ctx, names, m.Models, diags)
		return
	}
	kept := slices.DeleteFunc(words(ctx, m.Models, diags), func(word string) bool { return !shares(all, word) })
	m.Models = setOf(ctx, kept, m.Models, diags)
}

// shares is true where a federation has the model that a word means.
func shares(all []control.SharedModel, word string) bool {
	return slices.ContainsFunc(all, func(s control.SharedModel) bool { return s.Name == word || s.ModelID == word })
}

// readMembers shows those of the members that were asked for, and after an import all but the owner.
func (m *model) readMembers(ctx context.Context, all []control.FederationMember, diags *diag.Diagnostics) {
	if m.imported() {
		var ids []string
		for _, member := range all {
			if !member.Owner {
				ids = append(ids, member.OrgID)
			}
		}
		m.MemberOrgIDs = setOf(ctx, ids, m.MemberOrgIDs, diags)
		return
	}
	kept := slices.DeleteFunc(words(ctx, m.MemberOrgIDs, diags), func(org string) bool { return !belongs(all, org) })
	m.MemberOrgIDs = setOf(ctx, kept, m.MemberOrgIDs, diags)
}

func belongs(all []control.FederationMember, org string) bool {
	return slices.ContainsFunc(all, func(m control.FederationMember) bool { return m.OrgID == org })
}

// lacks is true of a federation that holds what the model does not name.
func (m *model) lacks(ctx context.Context, o object, diags *diag.Diagnostics) bool {
	models, members := words(ctx, m.Models, diags), words(ctx, m.MemberOrgIDs, diags)
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
		have.Epsilon != nil && (wanted.Epsilon == nil || !sameAmount(wanted.Epsilon, have.Epsilon) || !sameAmount(wanted.Delta, have.Delta))
}

// budget is what is known of the planned one.
func (m *model) budget() (b control.PrivacyBudget) {
	if resourcekit.Known(m.TotalEpsilonBudget) {
		b.Epsilon = m.TotalEpsilonBudget.ValueFloat64Pointer()
	}
	if resourcekit.Known(m.TotalDeltaBudget) {
		b.Delta = m.TotalDeltaBudget.ValueFloat64Pointer()
	}
	return b
}

// sameAmount is true where nothing is wanted, too.
func sameAmount(want, have *float64) bool {
	return want == nil || have != nil && *want == *have
}

// words are the texts of a set, sorted.
func words(ctx context.Context, set types.Set, diags *diag.Diagnostics) []string {
	if !resourcekit.Known(set) {
		return nil
	}
	var out []string
	diags.Append(set.ElementsAs(ctx, &out, false)...)
	slices.Sort(out)
	return out
}

// setOf is the way back; where there is nothing, prior decides between null and empty.
func setOf(ctx context.Context, texts []string, prior types.Set, diags *diag.Diagnostics) types.Set {
	if len(texts) == 0 && !resourcekit.Known(prior) {
		return types.SetNull(types.StringType)
	}
	slices.Sort(texts)
	set, d := types.SetValueFrom(ctx, types.StringType, append([]string{}, slices.Compact(texts)...))
	diags.Append(d...)
	return set
}

// sameNumber is the server's number in the precision that it had before, null where there is none.
func sameNumber(now *float64, before types.Float64) types.Float64 {
	if now != nil && resourcekit.Known(before) && *now == before.ValueFloat64() {
		return before
	}
	return types.Float64PointerValue(now)
}
