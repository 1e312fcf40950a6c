package policy

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// settingsResource manages a part of an organization's settings.
type settingsResource[M any] struct {
	resourcekit.Base
	part *part[M]
}

var (
	_ resource.ResourceWithConfigure   = (*settingsResource[model])(nil)
	_ resource.ResourceWithIdentity    = (*settingsResource[model])(nil)
	_ resource.ResourceWithImportState = (*settingsResource[model])(nil)
	_ resource.ResourceWithModifyPlan  = (*settingsResource[model])(nil)
)

func (r *settingsResource[M]) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = r.part.schema
}

// ModifyPlan fills in the provider's organization where the configuration names none.
func (r *settingsResource[M]) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	at := path.Root("org_id")
	var configured, planned, before types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, at, &configured)...)
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, at, &planned)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, at, &before)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if configured.IsNull() && r.HasClient() {
		switch org := r.Provider.Client.OrgID(); {
		case org != "":
			planned = types.StringValue(org)
		case before.IsNull():
			askForOrganization(&resp.Diagnostics)
			return
		}
		if !before.IsNull() && !before.Equal(planned) {
			resp.RequiresReplace = append(resp.RequiresReplace, at)
		}
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, at, planned)...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("id"), planned)...)
}

func askForOrganization(diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("org_id"), "The organization is not known",
		"Settings belong to an organization. Set org_id here or in the provider block, or OCTOMIL_ORG_ID.")
}

func (r *settingsResource[M]) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config M
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	wanted, _ := r.part.open(ctx, &config, &resp.Diagnostics)
	planned, shut := r.part.open(ctx, &plan, &resp.Diagnostics)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	whose := r.part.owner(&plan)
	if whose.OrgID.IsUnknown() { // the provider block was not known during the plan
		whose.OrgID = resourcekit.StringOrNull(client.OrgID())
	}
	if whose.OrgID.IsNull() {
		askForOrganization(&resp.Diagnostics)
		return
	}
	whose.ID = whose.OrgID
	org := whose.OrgID.ValueString()

	w := write(ctx, client, org, managed(wanted), loadRecord(ctx, resp.Private, &resp.Diagnostics))
	w.report(&resp.Diagnostics, "Could not create the "+r.part.title)
	if resp.Diagnostics.HasError() && (!w.touched || w.undo(ctx, client, org, r.part.title, &resp.Diagnostics)) {
		return
	}
	settle(planned, w.settings, w.managed)
	shut()
	w.record.save(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
}

func (r *settingsResource[M]) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state M
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	org := r.part.owner(&state).OrgID.ValueString()
	settings, err := client.Settings(ctx, org)
	if control.NotFound(err) {
		r.SetIdentity(ctx, req.State, resp.Identity, &resp.Diagnostics)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not read the "+r.part.title, err)
		return
	}
	r.part.show(ctx, &state, org, settings, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
}

func (r *settingsResource[M]) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, config M
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	wanted, _ := r.part.open(ctx, &config, &resp.Diagnostics)
	planned, shut := r.part.open(ctx, &plan, &resp.Diagnostics)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	org := r.part.owner(&plan).OrgID.ValueString()
	w := write(ctx, client, org, managed(wanted), loadRecord(ctx, req.Private, &resp.Diagnostics))
	if w.touched {
		w.record.save(ctx, resp.Private, &resp.Diagnostics)
	}
	if w.err == nil {
		settle(planned, w.settings, w.managed)
		shut()
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
	}
	w.report(&resp.Diagnostics, "Could not update the "+r.part.title)
}

func (r *settingsResource[M]) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state M
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	fields, _ := r.part.open(ctx, &state, &resp.Diagnostics)
	remembered := loadRecord(ctx, req.Private, &resp.Diagnostics)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	org := r.part.owner(&state).OrgID.ValueString()
	settings, err := client.Settings(ctx, org)
	if control.NotFound(err) {
		return
	}
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not delete the "+r.part.title, err)
		return
	}
	due, left := remembered.restore(fields, settings)
	if len(due) > 0 {
		after, err := client.UpdateSettings(ctx, org, due)
		if err != nil {
			resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not put back what was there before the "+r.part.title, err)
			return
		}
		warnOfRefusals(&resp.Diagnostics, org, notRestored(fields, due, after))
	}
	warnOfRemains(&resp.Diagnostics, org, remembered, left)
}

// warnOfRefusals says which settings the server did not put back although it had accepted the request.
func warnOfRefusals(diags *diag.Diagnostics, org string, left []string) {
	if len(left) > 0 {
		diags.AddWarning("Some settings are not as they were", fmt.Sprintf("The server accepted the request, but the organization %s does not have "+
			"the value back that it had before for %s. Check them by hand.", org, strings.Join(left, ", ")))
	}
}

// warnOfRemains says what the deletion did not put back.
func warnOfRemains(diags *diag.Diagnostics, org string, remembered record, left []string) {
	if len(left) > 0 {
		diags.AddWarning("Some settings keep their values", fmt.Sprintf("The organization %s had no value for %s before, and the API cannot "+
			"take one away: they stay as they are.", org, strings.Join(left, ", ")))
	}
	if remembered.Imported {
		diags.AddWarning("What was there before the import is not known", fmt.Sprintf("The settings of the organization %s had been there before "+
			"Terraform managed them. Only what Terraform has changed since the import was put back; everything else stays as it is.", org))
	}
}

// ImportState takes the id of the organization.
func (r *settingsResource[M]) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	org := types.StringValue(req.ID)
	if r.ImportByIdentity(ctx, req, resp) {
		resp.Diagnostics.Append(resp.Identity.GetAttribute(ctx, path.Root("org_id"), &org)...)
	}
	if org.IsNull() {
		resp.Diagnostics.AddAttributeError(path.Root("org_id"), "The organization is not known",
			"Name the organization in the identity, in org_id of the provider block, or in OCTOMIL_ORG_ID.")
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), org)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("org_id"), org)...)
	r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
	record{Imported: true}.save(ctx, resp.Private, &resp.Diagnostics)
}
