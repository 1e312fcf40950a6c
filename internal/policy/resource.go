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
	section *section[M]
}

var (
	_ resource.ResourceWithConfigure   = (*settingsResource[policyModel])(nil)
	_ resource.ResourceWithIdentity    = (*settingsResource[policyModel])(nil)
	_ resource.ResourceWithImportState = (*settingsResource[policyModel])(nil)
	_ resource.ResourceWithModifyPlan  = (*settingsResource[policyModel])(nil)
)

func (r *settingsResource[M]) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = r.section.schema
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
	if configured.IsNull() && r.Online() {
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
	wanted, _ := r.section.bind(ctx, &config, &resp.Diagnostics)
	planned, writeBack := r.section.bind(ctx, &plan, &resp.Diagnostics)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	owner := r.section.organization(&plan)
	if owner.OrgID.IsUnknown() { // the provider block was not known during the plan
		owner.OrgID = resourcekit.StringOrNull(client.OrgID())
	}
	if owner.OrgID.IsNull() {
		askForOrganization(&resp.Diagnostics)
		return
	}
	owner.ID = owner.OrgID
	org := owner.OrgID.ValueString()

	w := write(ctx, client, org, managed(wanted), loadOriginals(ctx, resp.Private, &resp.Diagnostics))
	w.report(&resp.Diagnostics, "Could not create the "+r.section.title)
	if resp.Diagnostics.HasError() && (!w.mayHaveWritten || w.undo(ctx, client, org, r.section.title, &resp.Diagnostics)) {
		return
	}
	reconcile(planned, w.settings, w.managed)
	writeBack()
	w.originals.save(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	r.Identify(ctx, resp.State, resp.Identity, &resp.Diagnostics)
}

func (r *settingsResource[M]) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state M
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	org := r.section.organization(&state).OrgID.ValueString()
	settings, err := client.Settings(ctx, org)
	if control.NotFound(err) {
		r.Identify(ctx, req.State, resp.Identity, &resp.Diagnostics)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not read the "+r.section.title, err)
		return
	}
	r.section.fromAPI(ctx, &state, org, settings, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	r.Identify(ctx, resp.State, resp.Identity, &resp.Diagnostics)
}

func (r *settingsResource[M]) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, config M
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	wanted, _ := r.section.bind(ctx, &config, &resp.Diagnostics)
	planned, writeBack := r.section.bind(ctx, &plan, &resp.Diagnostics)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	org := r.section.organization(&plan).OrgID.ValueString()
	w := write(ctx, client, org, managed(wanted), loadOriginals(ctx, req.Private, &resp.Diagnostics))
	if w.mayHaveWritten {
		w.originals.save(ctx, resp.Private, &resp.Diagnostics)
	}
	if w.err == nil {
		reconcile(planned, w.settings, w.managed)
		writeBack()
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		r.Identify(ctx, resp.State, resp.Identity, &resp.Diagnostics)
	}
	w.report(&resp.Diagnostics, "Could not update the "+r.section.title)
}

func (r *settingsResource[M]) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state M
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	fields, _ := r.section.bind(ctx, &state, &resp.Diagnostics)
	saved := loadOriginals(ctx, req.Private, &resp.Diagnostics)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	org := r.section.organization(&state).OrgID.ValueString()
	settings, err := client.Settings(ctx, org)
	if control.NotFound(err) {
		return
	}
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not delete the "+r.section.title, err)
		return
	}
	due, left := saved.restore(fields, settings)
	if len(due) > 0 {
		after, err := client.UpdateSettings(ctx, org, due)
		if err != nil {
			resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not put back what was there before the "+r.section.title, err)
			return
		}
		warnOfRefusals(&resp.Diagnostics, org, notRestored(fields, due, after))
	}
	warnOfRemains(&resp.Diagnostics, org, saved, left)
}

// warnOfRefusals says which settings the server did not put back although it had accepted the request.
func warnOfRefusals(diags *diag.Diagnostics, org string, left []string) {
	if len(left) > 0 {
		diags.AddWarning("Some settings are not as they were", fmt.Sprintf("The server accepted the request, but the organization %s does not have "+
			"the value back that it had before for %s. Check them by hand.", org, strings.Join(left, ", ")))
	}
}

// warnOfRemains says what the deletion did not put back.
func warnOfRemains(diags *diag.Diagnostics, org string, saved originals, left []string) {
	if len(left) > 0 {
		diags.AddWarning("Some settings keep their values", fmt.Sprintf("The organization %s had no value for %s before, and the API cannot "+
			"take one away: they stay as they are.", org, strings.Join(left, ", ")))
	}
	if saved.Imported {
		diags.AddWarning("What was there before the import is not known", fmt.Sprintf("The settings of the organization %s had been there before "+
			"Terraform managed them. Only what Terraform has changed since the import was put back; everything else stays as it is.", org))
	}
}

// ImportState takes the id of the organization.
func (r *settingsResource[M]) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	org := types.StringValue(req.ID)
	if r.ImportedByIdentity(ctx, req, resp) {
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
	r.Identify(ctx, resp.State, resp.Identity, &resp.Diagnostics)
	originals{Imported: true}.save(ctx, resp.Private, &resp.Diagnostics)
}
