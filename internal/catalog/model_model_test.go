package catalog

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func text(word string) types.String { return types.StringValue(word) }

func TestModelFromAPI(t *testing.T) {
	t.Parallel()
	var m modelModel
	m.fromAPI(control.Model{
		ID: "mdl_1", Name: "phi", Framework: "pytorch", ModelContract: json.RawMessage(`{"a":1}`), DataContract: json.RawMessage(`{}`),
	}, "demo")
	want := modelModel{
		ID: text("mdl_1"), OrgID: text("demo"), Name: text("phi"), Framework: text("pytorch"), UseCase: text("other"),
		ModelContract: jsontypes.NewNormalizedValue(`{"a":1}`), DataContract: jsontypes.NewNormalizedNull(), DeletionProtection: types.BoolValue(true),
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("after an import (-want +got):\n%s", diff)
	}

	configured := modelModel{
		OrgID: text("demo"), Description: text(""), UseCase: text("nlp"), ModelContract: jsontypes.NewNormalizedValue(`{ "b": [1.0, 1e2], "a": 1 }`),
		DataContract: jsontypes.NewNormalizedValue(`{}`), DeletionProtection: types.BoolValue(false),
	}
	m = configured
	m.fromAPI(control.Model{ID: "mdl_1", OrgID: "acme", Name: "phi", UseCase: "nlp", ModelContract: json.RawMessage(`{"a":1.0,"b":[1,100]}`)}, "demo")
	configured.ID, configured.OrgID, configured.Name, configured.Framework = text("mdl_1"), text("acme"), text("phi"), text("")
	if diff := cmp.Diff(configured, m); diff != "" {
		t.Errorf("an equivalent value does not keep its spelling (-want +got):\n%s", diff)
	}
}

func TestModelUpdateSettings(t *testing.T) {
	t.Parallel()
	word := func(s string) *string { return &s }
	before := modelModel{
		Name: text("phi"), Description: text("d"), UseCase: text("nlp"), ModelContract: jsontypes.NewNormalizedValue(`{"a":1}`),
		DataContract: jsontypes.NewNormalizedNull(),
	}
	for name, tc := range map[string]struct {
		change func(*modelModel)
		want   control.ModelSettings
	}{
		"nothing":                    {func(*modelModel) {}, control.ModelSettings{}},
		"protection":                 {func(m *modelModel) { m.DeletionProtection = types.BoolValue(false) }, control.ModelSettings{}},
		"a name":                     {func(m *modelModel) { m.Name = text("psi") }, control.ModelSettings{Name: word("psi")}},
		"a description that is gone": {func(m *modelModel) { m.Description = types.StringNull() }, control.ModelSettings{Description: word("")}},
		"another spelling":           {func(m *modelModel) { m.ModelContract = jsontypes.NewNormalizedValue(`{"a": 1.0}`) }, control.ModelSettings{}},
		"an empty contract for none": {func(m *modelModel) { m.DataContract = jsontypes.NewNormalizedValue(`{ }`) }, control.ModelSettings{}},
		"a contract that is gone": {
			func(m *modelModel) { m.ModelContract = jsontypes.NewNormalizedNull() }, control.ModelSettings{ModelContract: json.RawMessage(`{}`)},
		},
		"another contract": {
			func(m *modelModel) { m.DataContract = jsontypes.NewNormalizedValue(`{"b":2}`) },
			control.ModelSettings{DataContract: json.RawMessage(`{"b":2}`)},
		},
		"a description in two ways": {func(m *modelModel) { m.Description = text("d") }, control.ModelSettings{}},
		"a use case and the contract": {
			func(m *modelModel) { m.UseCase, m.ModelContract = text("cv"), jsontypes.NewNormalizedValue(`{"a":2}`) },
			control.ModelSettings{UseCase: word("cv"), ModelContract: json.RawMessage(`{"a":2}`)},
		},
	} {
		planned := before
		tc.change(&planned)
		if diff := cmp.Diff(tc.want, planned.updateSettings(&before)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
