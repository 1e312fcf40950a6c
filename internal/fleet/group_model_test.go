package fleet

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"pgregory.net/rapid"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func tagSet(tags ...string) types.Set {
	elements := make([]attr.Value, len(tags))
	for i, tag := range tags {
		elements[i] = types.StringValue(tag)
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

// emptyModel returns the model that an import starts from.
func emptyModel() groupModel {
	return groupModel{Tags: types.SetNull(types.StringType), Rules: types.ListNull(ruleType)}
}

func TestFromAPIKeepsEquivalentValues(t *testing.T) {
	t.Parallel()
	empty := ""
	ios, big := control.Rule{Field: "platform", Operator: "eq", Value: "ios"}, control.Rule{Field: "ram_gb", Operator: "gte", Value: "8"}
	tests := map[string]struct {
		model  groupModel
		server control.Group
	}{
		"null and no description": {
			groupModel{Description: types.StringNull(), GroupType: types.StringValue("static"), Tags: types.SetNull(types.StringType), Rules: types.ListNull(ruleType)},
			control.Group{Description: &empty, Type: "static", Tags: []string{}, Rules: []control.Rule{}},
		},
		"empty and no description": {
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
		"no type in the response": {
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
			if got.fromAPI(t.Context(), test.server, "demo", &diags); diags.HasError() {
				t.Error(diags)
			}
			got.ID, got.OrgID = test.model.ID, test.model.OrgID
			if diff := cmp.Diff(test.model, got); diff != "" {
				t.Errorf("model (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFromAPISeesEveryDifference(t *testing.T) {
	t.Parallel()
	text := "new"
	m := emptyModel()
	var diags diag.Diagnostics
	m.fromAPI(t.Context(), control.Group{
		ID: "grp_1", OrgID: "acme", Name: "lab", Description: &text, Type: "dynamic", Tags: []string{"x"},
		Rules: []control.Rule{{Field: "platform", Operator: "eq", Value: "ios"}},
	}, "demo", &diags)
	want := groupModel{
		ID: types.StringValue("grp_1"), OrgID: types.StringValue("acme"), Name: types.StringValue("lab"),
		Description: types.StringValue("new"), GroupType: types.StringValue("dynamic"), Tags: tagSet("x"),
		Rules: ruleList(control.Rule{Field: "platform", Operator: "eq", Value: "ios"}),
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("model (-want +got):\n%s", diff)
	}
}

func TestFromAPIOrganization(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		server, prior, provider string
		want                    types.String
	}{
		"from the server":              {"acme", "old", "demo", types.StringValue("acme")},
		"from the state":               {"", "old", "demo", types.StringValue("old")},
		"from the provider":            {"", "", "demo", types.StringValue("demo")},
		"unknown":                      {"", "", "", types.StringNull()},
		"from the server after import": {"acme", "", "", types.StringValue("acme")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := emptyModel()
			if test.prior != "" {
				m.OrgID = types.StringValue(test.prior)
			}
			var diags diag.Diagnostics
			m.fromAPI(t.Context(), control.Group{OrgID: test.server}, test.provider, &diags)
			if !m.OrgID.Equal(test.want) {
				t.Errorf("org_id is %s, want %s", m.OrgID, test.want)
			}
		})
	}
}

func TestUpdateSettingsClearRemovedAttributes(t *testing.T) {
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
			if diff := cmp.Diff(test.want, m.updateSettings(t.Context(), &diags)); diff != "" {
				t.Errorf("update request (-want +got):\n%s", diff)
			}
			created := m.createSettings(t.Context(), &diags)
			if diff := cmp.Diff(control.GroupSettings{Name: "lab", Type: test.groupType}, created); diff != "" {
				t.Errorf("create request (-want +got):\n%s", diff)
			}
		})
	}
}

// anyGroup draws a configuration in which each optional attribute is null, empty or set.
func anyGroup(rt *rapid.T) groupModel {
	how := func(name string) string { return rapid.SampledFrom([]string{"null", "empty", "set"}).Draw(rt, name) }
	m := emptyModel()
	m.Name = types.StringValue(letters().Draw(rt, "name"))
	m.GroupType = types.StringValue(rapid.SampledFrom([]string{control.GroupStatic, control.GroupDynamic, control.GroupHybrid}).Draw(rt, "type"))
	switch how("description") {
	case "empty":
		m.Description = types.StringValue("")
	case "set":
		m.Description = types.StringValue(letters().Draw(rt, "description"))
	}
	switch how("tags") {
	case "empty":
		m.Tags = tagSet()
	case "set":
		m.Tags = tagSet(rapid.SliceOfNDistinct(letters(), 1, 3, rapid.ID).Draw(rt, "tags")...)
	}
	switch how("rules") {
	case "empty":
		m.Rules = ruleList()
	case "set":
		m.Rules = ruleList(rapid.SliceOfN(rapid.Custom(anyRule), 1, 3).Draw(rt, "rules")...)
	}
	return m
}

// serverGroup draws what a server returns for a request: it may return null for empty and empty for null, and may change the order
// and the spelling.
func serverGroup(rt *rapid.T, sent control.GroupSettings) control.Group {
	g := control.Group{ID: "grp_1", OrgID: "demo", Name: sent.Name, Type: sent.Type, Description: sent.Description}
	if g.Description == nil || *g.Description == "" {
		g.Description = rapid.SampledFrom([]*string{nil, new(string)}).Draw(rt, "no description")
	}
	if g.Tags = rapid.Permutation(slices.Clone(sent.Tags)).Draw(rt, "order of the tags"); len(g.Tags) == 0 {
		g.Tags = rapid.SampledFrom([][]string{nil, {}}).Draw(rt, "no tags")
	}
	if g.Rules = rapid.Permutation(slices.Clone(sent.Rules)).Draw(rt, "order of the rules"); len(g.Rules) == 0 {
		g.Rules = rapid.SampledFrom([][]control.Rule{nil, {}}).Draw(rt, "no rules")
	}
	if rapid.Bool().Draw(rt, "in the server's spelling") {
		for i := range g.Rules {
			g.Rules[i] = normalize(g.Rules[i])
		}
	}
	return g
}

// A group that was created or updated is read as configured: null stays null, empty stays empty.
func TestGroupRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m := anyGroup(rt)
		var diags diag.Diagnostics
		sent := m.createSettings(t.Context(), &diags)
		for name, absent := range map[string]bool{
			"description": m.Description.IsNull() != (sent.Description == nil), "tags": m.Tags.IsNull() != (sent.Tags == nil),
			"rules": m.Rules.IsNull() != (sent.Rules == nil),
		} {
			if absent {
				rt.Errorf("the create request does not distinguish null from set in %s", name)
			}
		}
		if rapid.Bool().Draw(rt, "update") {
			sent = m.updateSettings(t.Context(), &diags)
			if sent.Description == nil || sent.Tags == nil || sent.Rules == nil && sent.Type != control.GroupStatic {
				rt.Errorf("the update request omits an attribute: %+v", sent)
			}
		}
		got := m
		if got.fromAPI(t.Context(), serverGroup(rt, sent), "demo", &diags); diags.HasError() {
			rt.Error(diags)
		}
		got.ID, got.OrgID = m.ID, m.OrgID
		if diff := cmp.Diff(m, got); diff != "" {
			rt.Errorf("model as configured (-) and as read (+):\n%s", diff)
		}
	})
}

// A second read changes nothing, and a read leaves nothing unknown, for any prior state.
func TestFromAPIIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m, other := anyGroup(rt), anyGroup(rt)
		if rapid.Bool().Draw(rt, "unknown before") {
			m.Description, m.Tags, m.Rules = types.StringUnknown(), types.SetUnknown(types.StringType), types.ListUnknown(ruleType)
		}
		var diags diag.Diagnostics
		g := serverGroup(rt, other.createSettings(t.Context(), &diags))
		m.fromAPI(t.Context(), g, "demo", &diags)
		twice := m
		if twice.fromAPI(t.Context(), g, "demo", &diags); diags.HasError() {
			rt.Error(diags)
		}
		if diff := cmp.Diff(m, twice); diff != "" {
			rt.Errorf("read once (-) and twice (+):\n%s", diff)
		}
		if m.Description.IsUnknown() || m.Tags.IsUnknown() || m.Rules.IsUnknown() {
			rt.Errorf("still unknown: %+v", m)
		}
	})
}
