package experiment

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// CONTRACT.md 7.65
func TestVariantsChange(t *testing.T) {
	t.Parallel()
	open := allocations(50, 50).Elements()
	open["new"] = types.ObjectUnknown(variantType.AttrTypes)
	three := allocations(50, 50).Elements()
	three["third"] = three["new"]
	renamed := map[string]attr.Value{"old": three["old"], "young": three["new"]}
	for name, tc := range map[string]struct {
		after types.Map
		want  bool
	}{
		"other percentages": {allocations(90, 10), false},
		"one more":          {types.MapValueMust(variantType, three), true},
		"another name":      {types.MapValueMust(variantType, renamed), true},
		"not known yet":     {types.MapUnknown(variantType), true},
		"one of them":       {types.MapValueMust(variantType, open), true},
		"nothing at all":    {allocations(50, 50), false},
	} {
		var diags diag.Diagnostics
		if got := variantsChange(t.Context(), allocations(50, 50), tc.after, &diags); got != tc.want || diags.HasError() {
			t.Errorf("%s: %t, %v", name, got, diags)
		}
	}
}

func TestWarnOfReplacement(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		status, onDestroy string
		warned            bool
	}{
		{"running", "keep", true}, {"draft", "keep", true}, {"running", "complete", false}, {"paused", "cancel", false}, {"completed", "keep", false},
	} {
		var diags diag.Diagnostics
		m := full()
		m.Status, m.OnDestroy = types.StringValue(tc.status), types.StringValue(tc.onDestroy)
		if warnOfReplacement(m, &diags); (diags.WarningsCount() == 1) != tc.warned || diags.HasError() {
			t.Errorf("%s, %s: %v", tc.status, tc.onDestroy, diags)
		}
	}
}
