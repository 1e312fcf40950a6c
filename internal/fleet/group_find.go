package fleet

import (
	"context"
	"fmt"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// findGroup is the group that an import names by its id or by its exact name. The id is tried first: it costs one small
// request, where a name costs a listing.
func findGroup(ctx context.Context, client *control.Client, idOrName string, diags *diag.Diagnostics) (control.Group, bool) {
	const summary = "Could not find the device group"
	g, err := client.Group(ctx, idOrName)
	if err == nil {
		return g, true
	}
	if !isNoID(err) && !control.NoSuchRoute(err) { // a name with a slash in it makes another route for some servers
		resourcekit.AddError(diags, path.Empty(), summary, err)
		return control.Group{}, false
	}
	g, found, err := client.GroupByName(ctx, idOrName)
	switch {
	case err != nil:
		resourcekit.AddError(diags, path.Empty(), summary, err)
	case !found:
		diags.AddError(summary, fmt.Sprintf("No device group of this organization has the id or the name %q; a name must be spelled exactly. "+
			"Check the spelling, and org_id of the provider block.", idOrName))
	}
	return g, found && err == nil
}

// isNoID is true when the server has nothing of that id, or says that it cannot even be an id.
func isNoID(err error) bool {
	return control.NotFound(err) || control.HasStatus(err, http.StatusBadRequest) || control.HasStatus(err, http.StatusUnprocessableEntity)
}
