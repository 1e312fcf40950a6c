package fleet

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func tagSet(words ...string) types.Set {
	elements := make([]attr.Value, len(words))
	for i, word := range words {
		elements[i] = types.StringValue(word)
	}
	return types.SetValueMust(types.StringType, elements)
}

func ruleList(rules ...control.Rule) types.List {
	elements := make([]attr.Value, len(rules))
	for i, r := range rules {
		elements[i] = types.ObjectValueMust(ruleType.AttrTypes, map[string]attr.Value{
			"field": types.StringValue(r.Field), "operator": types.StringValue(r.Operator), "value": types.StringValue(r.Value),
		})
	}
	return types.ListValueMust(ruleType, elements)
}

// emptyModel is what an import begins with.
func emptyModel() groupModel {
	return groupModel{Tags: types.SetNull(types.StringType), Rules: types.ListNull(ruleType)}
}

func TestReadKeepsWhatMeansTheSame(t *testing.T) {
	t.Parallel()
	empty := ""
	ios, big := control.Rule{Field: "platform", Operator: "eq", Value: "ios"}, control.Rule{Field: "ram_gb", Operator: "gte", Value: "8"}
	tests := map[string]struct {
		model  groupModel
		server control.Group
	}{
		"null is no text": {
			groupModel{Description: types.StringNull(), GroupType: types.StringValue("static"), Tags: types.SetNull(types.StringType), Rules: types.ListNull(ruleType)},
			control.Group{Description: &empty, Type: "static", Tags: []string{}, Rules: []control.Rule{}},
		},
		"no text is null": {
			groupModel{Description: types.StringValue(""), GroupType: types.StringValue("static"), Tags: tagSet(), Rules: ruleList()},
			control.Group{Type: "static"},
		},
		"order and spelling": {
			groupModel{GroupType: types.StringValue("dynamic"), Tags: tagSet("b", "a"), Rules: ruleList(ios, big)},
			control.Group{
				Type: "dynamic", Tags: []string{"a", "b", "a"},
				Rules: []control.Rule{{Field: "ram_gb", Operator: "gte", Value: "8.0"}, ios},
			},
		},
		"a server that does not say the type": {
			groupModel{GroupType: types.StringValue("hybrid"), Tags: tagSet(), Rules: ruleList(ios)},
			control.Group{Rules: []control.Rule{ios}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.model.Name, test.server.Name = types.StringValue("lab"), "lab"
			var diags diag.Diagnostics
			got := test.model
			if got.read(t.Context(), test.server, "demo", &diags); diags.HasError() {
				t.Error(diags)
			}
			got.ID, got.OrgID = test.model.ID, test.model.OrgID
			if diff := cmp.Diff(test.model, got); diff != "" {
				t.Errorf("the model changed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadSeesEveryDifference(t *testing.T) {
	t.Parallel()
	text := "new"
	m := emptyModel()
	var diags diag.Diagnostics
	m.read(t.Context(), control.Group{
		ID: "grp_1", OrgID: "acme", Name: "lab", Description: &text, Type: "dynamic", Tags: []string{"x"},
		Rules: []control.Rule{{Field: "platform", Operator: "eq", Value: "ios"}},
	}, "demo", &diags)
	want := groupModel{
		ID: types.StringValue("grp_1"), OrgID: types.StringValue("acme"), Name: types.StringValue("lab"),
		Description: types.StringValue("new"), GroupType: types.StringValue("dynamic"), Tags: tagSet("x"),
		Rules: ruleList(control.Rule{Field: "platform", Operator: "eq", Value: "ios"}),
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("the model (-want +got):\n%s", diff)
	}
}

func TestReadOrganization(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		server, prior, provider string
		want                    types.String
	}{
		"the server's":           {"acme", "old", "demo", types.StringValue("acme")},
		"else the one in state":  {"", "old", "demo", types.StringValue("old")},
		"else the provider's":    {"", "", "demo", types.StringValue("demo")},
		"else it is not known":   {"", "", "", types.StringNull()},
		"an answer after import": {"acme", "", "", types.StringValue("acme")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := emptyModel()
			if test.prior != "" {
				m.OrgID = types.StringValue(test.prior)
			}
			var diags diag.Diagnostics
			m.read(t.Context(), control.Group{OrgID: test.server}, test.provider, &diags)
			if !m.OrgID.Equal(test.want) {
				t.Errorf("org_id is %s, want %s", m.OrgID, test.want)
			}
		})
	}
}

func TestUpdateClearsWhatLeftTheConfiguration(t *testing.T) {
	t.Parallel()
	empty := ""
	tests := map[string]struct {
		groupType string
		want      control.GroupSettings
	}{
		"static":  {"static", control.GroupSettings{Name: "lab", Type: "static", Description: &empty, Tags: []string{}}},
		"dynamic": {"dynamic", control.GroupSettings{Name: "lab", Type: "dynamic", Description: &empty, Tags: []string{}, Rules: []control.Rule{}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := emptyModel()
			m.Name, m.GroupType = types.StringValue("lab"), types.StringValue(test.groupType)
			var diags diag.Diagnostics
			if diff := cmp.Diff(test.want, m.update(t.Context(), &diags)); diff != "" {
				t.Errorf("an update sends (-want +got):\n%s", diff)
			}
			created := m.creation(t.Context(), &diags)
			if diff := cmp.Diff(control.GroupSettings{Name: "lab", Type: test.groupType}, created); diff != "" {
				t.Errorf("a create sends (-want +got):\n%s", diff)
			}
		})
	}
}
