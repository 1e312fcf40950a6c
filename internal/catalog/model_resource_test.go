package catalog

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// A plan of a tainted resource asks the provider only for what is to be made, so the delete has to look for itself.
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
