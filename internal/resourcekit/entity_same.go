package resourcekit

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// checkSame returns a *control.MismatchError where an answer would make another object of the one in the state: with another ID, or of
// another organization. The client compares answers with their requests (CONTRACT.md 1.47); this also holds where a path names an object
// by more than its ID, and where only the state knows the organization.
func (e *Entity[M, O]) checkSame(before, after tftypes.Value) error {
	for name, title := range map[string]string{"id": e.Title, orgAttribute: "organization"} {
		was, hadOne := stringAttribute(before, name)
		is, hasOne := stringAttribute(after, name)
		if e.MutableIdentity && name == "id" || !hadOne || !hasOne || was == "" || is == "" || was == is {
			continue
		}
		return &control.MismatchError{
			Operation: "read the " + e.Title, Asked: fmt.Sprintf("the %s %q", title, was), Got: fmt.Sprintf("%q", is),
		}
	}
	return nil
}

// disown takes an object out of the state that was adopted before the create failed. Terraform would taint it, and the next apply would
// destroy what may, however unlikely, be somebody else's.
func (r *entityResource[M, O]) disown(ctx context.Context, op *Operation[M, O], resp *resource.CreateResponse) {
	if !op.Adopted() || !resp.Diagnostics.HasError() || resp.State.Raw.IsNull() {
		return
	}
	resp.State.RemoveResource(ctx)
	if resp.Identity != nil {
		resp.Identity.Raw = tftypes.NewValue(resp.Identity.Schema.Type().TerraformType(ctx), nil)
	}
	resp.Diagnostics.AddError(fmt.Sprintf("The %s is not in the state", r.entity.Title), fmt.Sprintf("The answer to the creation of the %s %q was "+
		"lost. The object with the ID %q is new and as it was planned, so it was taken for the one that was created. A later step has failed. "+
		"The next apply would replace the object if it were in the state, although nothing proves whose it is.\n\nImport it under its address in the configuration:\n\n    "+
		"terraform import %s.<address> %q", op.adopted.Title, op.adopted.Name, op.adopted.ID, r.TypeName, op.adopted.ID))
}
