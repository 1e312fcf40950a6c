package fleet

import (
	"context"
	"fmt"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

const groupTypeName = "octomil_device_group"

type groupResource struct {
	resourcekit.Configured
}

var (
	_ resource.ResourceWithConfigure      = (*groupResource)(nil)
	_ resource.ResourceWithImportState    = (*groupResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*groupResource)(nil)
	_ resource.ResourceWithValidateConfig = (*groupResource)(nil)
)

// NewGroup returns octomil_device_group.
func NewGroup() resource.Resource {
	return &groupResource{Configured: resourcekit.Configured{TypeName: groupTypeName}}
}

func (r *groupResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = groupTypeName
}

func (r *groupResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.ConfigureResource(req, resp)
}

// ModifyPlan announces the name that the group will have, for a deployment of the same plan that refers to it by this name.
func (r *groupResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.Provider == nil {
		return
	}
	var name types.String
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("name"), &name)...)
	if resourcekit.Known(name) {
		r.Provider.Planned.Announce(groupTypeName, name.ValueString())
	}
}

func (r *groupResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan groupModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	settings := plan.creation(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	g, err := client.CreateGroup(ctx, settings)
	if err != nil {
		blameCreate(ctx, client, plan.Name.ValueString(), err, &resp.Diagnostics)
		return
	}
	kept := plan
	differ := kept.read(ctx, g, client.OrgID(), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &kept)...)
	if len(differ) == 0 {
		return
	}
	// An answer may leave out what a read gives, and a group that was adopted after a lost answer may be somebody else's.
	if g, err = client.Group(ctx, g.ID); err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not read the device group that was created", err)
		return
	}
	differ = plan.read(ctx, g, client.OrgID(), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	notKept(differ, &resp.Diagnostics)
}

func (r *groupResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state groupModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	g, err := client.Group(ctx, state.ID.ValueString())
	if control.NotFound(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not read the device group", err)
		return
	}
	state.read(ctx, g, client.OrgID(), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *groupResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan groupModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	settings := plan.update(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	g, err := client.UpdateGroup(ctx, plan.ID.ValueString(), settings)
	if err != nil {
		at := path.Empty()
		if control.HasStatus(err, http.StatusConflict) {
			at = path.Root("name")
		}
		resourcekit.AddError(&resp.Diagnostics, at, "Could not update the device group", err)
		return
	}
	differ := plan.read(ctx, g, client.OrgID(), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	notKept(differ, &resp.Diagnostics)
}

func (r *groupResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state groupModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := client.DeleteGroup(ctx, state.ID.ValueString()); err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not delete the device group", err)
	}
}

// ImportState takes the group's id or its name.
func (r *groupResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	g, found := findGroup(ctx, client, req.ID, &resp.Diagnostics)
	if !found {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), g.ID)...)
}

// notKept says which attributes a server did not take although it had accepted the request: a group that selects other devices
// than the configuration says must not look as if it were right.
func notKept(differ []path.Path, diags *diag.Diagnostics) {
	for _, at := range differ {
		diags.AddAttributeError(at, "The server keeps something else", fmt.Sprintf("The server accepted the request, but the group's %s "+
			"is not what the configuration says. Run plan to see what it is. If it stays so after another apply, this server cannot "+
			"keep it: change the configuration.", at))
	}
}

// blameCreate explains a group that could not be created. A name that is taken is somebody else's group, which is never taken
// over silently.
func blameCreate(ctx context.Context, client *control.Client, name string, err error, diags *diag.Diagnostics) {
	const summary = "Could not create the device group"
	if !control.HasStatus(err, http.StatusConflict) {
		resourcekit.AddError(diags, path.Empty(), summary, err)
		return
	}
	id := name
	if g, found, findErr := client.GroupByName(ctx, name); findErr == nil && found {
		id = g.ID
	}
	diags.AddAttributeError(path.Root("name"), summary, fmt.Sprintf("%s\n\nChoose another name, or take over the group that has this one, with its "+
		"address in the configuration:\n\n    terraform import %s.<address> %q", resourcekit.Explain(err), groupTypeName, id))
}
