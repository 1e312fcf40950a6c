package resourcekit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// maxNamesakes is how many objects of a name the warning lists.
const maxNamesakes = 3

// warnOfNamesakes warns of a plan that creates an object of which another one has the name, where names are not unique: a run that was
// killed between the creation and the state leaves one that Terraform does not know. Those of other resources do not count, as far as
// the walk has met them. A list that fails is not needed.
func (r *entityResource[M, O]) warnOfNamesakes(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	name, known := stringAttribute(resp.Plan.Raw, "name")
	if r.entity.Namesake == nil || !req.State.Raw.IsNull() || !known || !r.HasClient() {
		return
	}
	ctx, client := r.Reader(ctx, &diag.Diagnostics{})
	if r.Applying() {
		return
	}
	all, err := r.entity.List(ctx, client, nil)
	if err != nil {
		return
	}
	var found []string
	for _, o := range all {
		createdAt, living := r.entity.Namesake(o)
		id := r.entity.ID(o)
		if living && control.SameText(r.entity.Name(o), name) && !r.Provider.Objects.Held(Object{TypeName: r.TypeName, ID: id}) {
			found = append(found, "`"+id+"`"+age(createdAt))
		}
	}
	if len(found) == 0 {
		return
	}
	rest := ""
	if n := len(found) - maxNamesakes; n > 0 {
		found, rest = found[:maxNamesakes], fmt.Sprintf(" and %d more", n)
	}
	resp.Diagnostics.AddAttributeWarning(path.Root("name"), fmt.Sprintf("Another %s has this name", r.entity.Title), fmt.Sprintf("The organization has %s "+
		"with the name %q already: %s%s. This plan creates another one. If an earlier run was ended after it had created the %[1]s, and before Terraform "+
		"had saved it, import that one instead, or delete it.", r.entity.Title, name, strings.Join(found, ", "), rest))
}

// age is how long ago something was created, "" if that is not known.
func age(createdAt string) string {
	at, ok := control.ParseTime(createdAt)
	if !ok {
		return ""
	}
	return fmt.Sprintf(" (created %s ago)", max(time.Since(at), 0).Round(time.Second))
}
