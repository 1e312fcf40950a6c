package federation

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func set(texts ...string) types.Set {
	elements := make([]attr.Value, len(texts))
	for i, text := range texts {
		elements[i] = types.StringValue(text)
	}
	return types.SetValueMust(types.StringType, elements)
}

func none() types.Set { return types.SetNull(types.StringType) }

func fromServer() object {
	text, epsilon, delta := "Hospitals", 8.0, 1e-5
	return object{
		control.Federation{ID: "fed_1", Name: "clinics", Description: &text},
		&details{
			models:  []control.SharedModel{{ModelID: "m1", Name: "phi"}, {ModelID: "m2"}, {ModelID: "m3", Name: "theirs"}},
			members: []control.FederationMember{{OrgID: "demo", Owner: true}, {OrgID: "acme"}, {OrgID: "theirs"}},
			budget:  control.PrivacyBudget{Epsilon: &epsilon, Delta: &delta},
		},
	}
}

func TestFromAPIAfterImport(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	got := model{Models: none(), MemberOrgIDs: none()}
	got.fromAPI(t.Context(), fromServer(), "demo", &diags)
	want := model{
		ID: types.StringValue("fed_1"), OrgID: types.StringValue("demo"), Name: types.StringValue("clinics"), Description: types.StringValue("Hospitals"),
		Models: set("m2", "phi", "theirs"), MemberOrgIDs: set("acme", "theirs"),
		TotalEpsilonBudget: types.Float64Value(8), TotalDeltaBudget: types.Float64Value(1e-5),
	}
	if diff := cmp.Diff(want, got); diff != "" || diags.HasError() {
		t.Errorf("%v (-want +got):\n%s", diags, diff)
	}
}

// A read shows the configured models and members in their configured spelling, and no others.
func TestFromAPIManagedOnly(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ models, members, wantModels, wantMembers types.Set }{
		"by name and by ID": {set("phi", "m2"), set("acme"), set("phi", "m2"), set("acme")},
		"one was removed":   {set("m1", "removed"), set("acme", "removed"), set("m1"), set("acme")},
		"all were removed":  {set("removed"), set("removed"), set(), set()},
		"null":              {none(), none(), none(), none()},
		"empty":             {set(), set(), set(), set()},
		"the owner":         {none(), set("demo"), none(), set("demo")},
	} {
		var diags diag.Diagnostics
		m := model{Name: types.StringValue("clinics"), Models: tc.models, MemberOrgIDs: tc.members}
		m.fromAPI(t.Context(), fromServer(), "demo", &diags)
		if !m.Models.Equal(tc.wantModels) || !m.MemberOrgIDs.Equal(tc.wantMembers) || diags.HasError() {
			t.Errorf("%s: %s and %s, %v", name, m.Models, m.MemberOrgIDs, diags)
		}
	}
}

func TestLeavesUnmanaged(t *testing.T) {
	t.Parallel()
	whole := func() model {
		return model{
			Description: types.StringValue("Hospitals"), Models: set("phi", "m2", "theirs", "more"), MemberOrgIDs: set("acme", "theirs", "more"),
			TotalEpsilonBudget: types.Float64Value(8), TotalDeltaBudget: types.Float64Unknown(),
		}
	}
	for name, tc := range map[string]struct {
		change func(*model, *object)
		want   bool
	}{
		"all named, and more": {func(*model, *object) {}, false},
		"a description":       {func(m *model, _ *object) { m.Description = types.StringNull() }, true},
		"a model":             {func(m *model, _ *object) { m.Models = set("phi", "m2") }, true},
		"a member":            {func(m *model, _ *object) { m.MemberOrgIDs = none() }, true},
		"a budget":            {func(m *model, _ *object) { m.TotalEpsilonBudget = types.Float64Unknown() }, true},
		"different epsilon":   {func(m *model, _ *object) { m.TotalEpsilonBudget = types.Float64Value(9) }, true},
		"different delta":     {func(m *model, _ *object) { m.TotalDeltaBudget = types.Float64Value(0.5) }, true},
		"no budget yet":       {func(_ *model, o *object) { o.details.budget = control.PrivacyBudget{} }, false},
		"empty":               {func(m *model, o *object) { *m, *o = model{}, object{details: &details{}} }, false},
	} {
		var diags diag.Diagnostics
		m, o := whole(), fromServer()
		tc.change(&m, &o)
		if got := m.leavesUnmanaged(t.Context(), o, &diags); got != tc.want {
			t.Errorf("%s: %t, %v", name, got, diags)
		}
	}
}
