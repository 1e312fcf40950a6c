package observation

import (
	"encoding/json"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func TestMetricsFromAPI(t *testing.T) {
	t.Parallel()
	written := types.DynamicValue(object(map[string]attr.Value{"interval": number(t, "30")}))
	server := func(config map[string]any) control.Integration { return control.Integration{ID: "1", Config: config} }
	for name, tc := range map[string]struct {
		before   types.Dynamic
		server   control.Integration
		imported bool
		want     types.Dynamic
	}{
		"equal, extra key":    {written, server(map[string]any{"interval": json.Number("30.0"), "added": "x"}), false, written},
		"not in the response": {written, server(nil), false, written},
		"not managed":         {types.DynamicNull(), server(map[string]any{"added": "x"}), false, types.DynamicNull()},
		"drift": {
			written, server(map[string]any{"interval": json.Number("60"), "added": "x"}), false,
			types.DynamicValue(object(map[string]attr.Value{"interval": number(t, "60")})),
		},
		"a secret in the response": {
			types.DynamicNull(), server(map[string]any{"site": "eu", "api_key": "leak"}), true,
			types.DynamicValue(object(map[string]attr.Value{"site": types.StringValue("eu")})),
		},
		"an import without config": {types.DynamicNull(), server(map[string]any{}), true, types.DynamicNull()},
	} {
		m := metricsModel{Config: tc.before}
		if m.ownFromAPI(t.Context(), tc.server, tc.imported); !m.Config.Equal(tc.want) {
			t.Errorf("%s: got %s, want %s", name, m.Config, tc.want)
		}
	}
}
