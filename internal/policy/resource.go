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

const typeName = "octomil_rollback_policy"

type policyResource struct {
	resourcekit.Base
}

var (
	_ resource.ResourceWithConfigure   = (*policyResource)(nil)
	_ resource.ResourceWithIdentity    = (*policyResource)(nil)
	_ resource.ResourceWithImportState = (*policyResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*policyResource)(nil)
)

// NewResource returns octomil_rollback_policy.
func NewResource() resource.Resource {
	return &policyResource{Base: resourcekit.NewBase(typeName)}
}

// ModifyPlan fills in the provider's organization where the configuration names none.
func (r *policyResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
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
			resp.Diagnostics.AddAttributeError(at, "The organization is not known",
				"A rollback policy belongs to an organization. Set org_id here or in the provider block, or OCTOMIL_ORG_ID.")
			return
		}
		if !before.IsNull() && !before.Equal(planned) {
			resp.RequiresReplace = append(resp.RequiresReplace, at)
		}
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, at, planned)...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("id"), planned)...)
}

func (r *policyResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	wanted, planned := config.guardrails(ctx, &resp.Diagnostics), plan.guardrails(ctx, &resp.Diagnostics)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.OrgID.IsUnknown() { // the provider block was not known during the plan
		plan.OrgID = resourcekit.StringOrNull(client.OrgID())
	}
	if plan.OrgID.IsNull() {
		resp.Diagnostics.AddAttributeError(path.Root("org_id"), "The organization is not known",
			"A rollback policy belongs to an organization. Set org_id here or in the provider block, or OCTOMIL_ORG_ID.")
		return
	}
	plan.ID = plan.OrgID

	w := write(ctx, client, plan.OrgID.ValueString(), wanted.managed(), loadRecord(ctx, resp.Private, &resp.Diagnostics))
	w.report(&resp.Diagnostics, "Could not create the rollback policy")
	if resp.Diagnostics.HasError() && (!w.touched || w.undo(ctx, client, plan.OrgID.ValueString(), &resp.Diagnostics)) {
		return
	}
	planned.settle(w.settings, w.managed)
	plan.setGuardrails(ctx, planned, &resp.Diagnostics)
	w.record.save(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	r.Identify(ctx, resp.State, resp.Identity, &resp.Diagnostics)
}

func (r *policyResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	shown := state.guardrails(ctx, &resp.Diagnostics)
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	settings, err := client.Settings(ctx, state.OrgID.ValueString())
	if control.NotFound(err) {
		r.Identify(ctx, req.State, resp.Identity, &resp.Diagnostics)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not read the rollback policy", err)
		return
	}
	shown.read(settings)
	state.setGuardrails(ctx, shown, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	r.Identify(ctx, resp.State, resp.Identity, &resp.Diagnostics)
}

func (r *policyResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	wanted, planned := config.guardrails(ctx, &resp.Diagnostics), plan.guardrails(ctx, &resp.Diagnostics)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	w := write(ctx, client, plan.OrgID.ValueString(), wanted.managed(), loadRecord(ctx, req.Private, &resp.Diagnostics))
	if w.touched {
		w.record.save(ctx, resp.Private, &resp.Diagnostics)
	}
	if w.err == nil {
		planned.settle(w.settings, w.managed)
		plan.setGuardrails(ctx, planned, &resp.Diagnostics)
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		r.Identify(ctx, resp.State, resp.Identity, &resp.Diagnostics)
	}
	w.report(&resp.Diagnostics, "Could not update the rollback policy")
}

func (r *policyResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	remembered := loadRecord(ctx, req.Private, &resp.Diagnostics)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	org := state.OrgID.ValueString()
	settings, err := client.Settings(ctx, org)
	if control.NotFound(err) {
		return
	}
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not delete the rollback policy", err)
		return
	}
	due, left := remembered.restore(settings)
	if len(due) > 0 {
		after, err := client.UpdateSettings(ctx, org, due)
		if err != nil {
			resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not put back what was there before the rollback policy", err)
			return
		}
		warnOfRefusals(&resp.Diagnostics, org, notRestored(due, after))
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
		diags.AddWarning("The rollback policy was imported", fmt.Sprintf("What the settings of the organization %s were before Terraform managed them is "+
			"not known. Only what Terraform has changed since the import was put back; everything else stays as it is.", org))
	}
}

// ImportState takes the id of the organization.
func (r *policyResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
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
	record{Imported: true}.save(ctx, resp.Private, &resp.Diagnostics)
}
