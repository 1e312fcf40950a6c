package catalog

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The plan of a tainted resource asks the provider only for the replacement, so the delete has to check the protection itself.
func TestDeleteModelChecksProtection(t *testing.T) {
	t.Parallel()
	for _, protection := range []types.Bool{types.BoolNull(), types.BoolValue(true)} {
		var diags diag.Diagnostics
		op := &modelOperation{State: &modelModel{Name: text("phi"), DeletionProtection: protection}, Diags: &diags} // without a client
		if err := deleteModel(t.Context(), op); err != nil || !diags.HasError() {
			t.Errorf("%s: %v, %v", protection, err, diags)
		}
	}
}
