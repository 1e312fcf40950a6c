package resourcekit

import (
	"context"
	"fmt"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// blameCreate explains an object that could not be created. A name that is taken is somebody else's object, which is never taken
// over silently.
func (r *entityResource[M, O]) blameCreate(ctx context.Context, client *control.Client, plan M, err error, diags *diag.Diagnostics) {
	summary := "Could not create the " + r.entity.Title
	if r.entity.Unique == "" || !control.HasStatus(err, http.StatusConflict) || PolicyDenied(err) {
		AddError(diags, r.blamed(err), summary, err)
		return
	}
	id := "<id>"
	if r.entity.PlannedName != nil {
		id = r.entity.PlannedName(plan)
		if o, found, _, findErr := r.entity.search(ctx, client, id); findErr == nil && found {
			id = r.entity.ID(o)
		}
	}
	diags.AddAttributeError(path.Root(r.entity.Unique), summary, fmt.Sprintf("%s\n\nChoose another %s, or take over the %s that has this one, with its "+
		"address in the configuration:\n\n    terraform import %s.<address> %q", ErrorDetail(err), r.entity.Unique, r.entity.Title, r.TypeName, id))
}

// blamed is the attribute that the server names in a refusal, as far as the resource has one of that name.
func (r *entityResource[M, O]) blamed(err error) path.Path {
	named := control.FieldOf(err)
	if attribute, ok := r.entity.Fields[named]; ok {
		named = attribute
	}
	if _, ok := r.entity.Schema.Attributes[named]; ok {
		return path.Root(named)
	}
	if r.entity.Unique != "" && control.HasStatus(err, http.StatusConflict) && !PolicyDenied(err) {
		return path.Root(r.entity.Unique)
	}
	return path.Empty()
}
