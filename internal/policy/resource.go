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

// settingsResource manages a section of an organization's settings.
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

func (r *settingsResource[M]) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	r.BeginPlan(req, r.settingsOf(ctx, req.State.Raw, req.Private)...)
	if !req.Plan.Raw.IsNull() {
		r.planOrganization(ctx, req, resp)
	}
	r.registerPlan(ctx, req, resp)
}

// planOrganization defaults org_id to the provider's organization.
func (r *settingsResource[M]) planOrganization(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
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
			addMissingOrganization(&resp.Diagnostics)
			return
		}
		if !before.IsNull() && !before.Equal(planned) {
			resp.RequiresReplace = append(resp.RequiresReplace, at)
		}
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, at, planned)...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("id"), planned)...)
}

// addMissingOrganization adds the error of a resource or data source whose organization is unknown.
func addMissingOrganization(diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("org_id"), "Missing organization",
		"Settings belong to an organization. Set `org_id` here or in the provider block, or set `OCTOMIL_ORG_ID`.")
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
	if owner.OrgID.IsUnknown() { // the provider block was unknown during the plan
		owner.OrgID = resourcekit.StringOrNull(client.OrgID())
	}
	if owner.OrgID.IsNull() {
		addMissingOrganization(&resp.Diagnostics)
		return
	}
	owner.ID = owner.OrgID
	org := owner.OrgID.ValueString()

	done := r.beginWrite(ctx, org, managed(wanted), &resp.Diagnostics)
	if done == nil {
		return
	}
	defer done()
	w := write(ctx, client, org, managed(wanted), r.takeOver(org))
	w.report(&resp.Diagnostics, r.section.title, "Could not create the "+r.section.title)
	if resp.Diagnostics.HasError() && (!w.mayHaveWritten || w.undo(ctx, client, org, r.section.title, &resp.Diagnostics)) {
		return
	}
	reconcile(planned, w.settings, w.failed())
	writeBack()
	w.originals.save(ctx, resp.Private, &resp.Diagnostics)
	w.remember(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
}

func (r *settingsResource[M]) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	r.beginRead(ctx, req)
	var state M
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	org := r.section.organization(&state).OrgID.ValueString()
	fields, _ := r.section.bind(ctx, &state, &resp.Diagnostics)
	var last lastWrite
	resourcekit.GetPrivate(ctx, req.Private, lastWriteKey, &last, &resp.Diagnostics)
	settings, err := control.WithinSettleTime(ctx, last.At, func(ctx context.Context) (control.Settings, error) {
		return client.Settings(ctx, org)
	}, func(now control.Settings, err error) bool { return err != nil || last.agrees(fields, now) })
	if control.NotFound(err) {
		r.SetIdentity(ctx, req.State, resp.Identity, &resp.Diagnostics)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not read the "+r.section.title, err)
		return
	}
	r.section.fromAPI(ctx, &state, org, settings, loadAnswers(ctx, req.Private, &resp.Diagnostics), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
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
	done := r.beginWrite(ctx, org, managed(wanted), &resp.Diagnostics)
	if done == nil {
		return
	}
	defer done()
	w := write(ctx, client, org, managed(wanted), loadOriginals(ctx, req.Private, &resp.Diagnostics))
	if w.mayHaveWritten {
		w.originals.save(ctx, resp.Private, &resp.Diagnostics)
	}
	if w.err == nil {
		reconcile(planned, w.settings, nil)
		writeBack()
		w.remember(ctx, resp.Private, &resp.Diagnostics)
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
	}
	w.report(&resp.Diagnostics, r.section.title, "Could not update the "+r.section.title)
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
	done := r.beginDelete(ctx, org, &saved, req.Private, &resp.Diagnostics)
	if done == nil {
		return
	}
	defer done()
	settings, err := client.Settings(ctx, org)
	if control.NotFound(err) {
		return
	}
	if err != nil {
		resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not delete the "+r.section.title, err)
		return
	}
	fields, others := saved.split(fields, settings)
	warnOfOthers(&resp.Diagnostics, org, others)
	due, remaining := saved.restore(fields, settings)
	if len(due) > 0 {
		after, err := update(ctx, client, org, settings, due, func(now control.Settings) bool { return len(notRestored(fields, due, now)) == 0 })
		if err != nil {
			resourcekit.AddError(&resp.Diagnostics, path.Empty(), "Could not restore the settings from before the "+r.section.title, err)
			return
		}
		warnNotRestored(&resp.Diagnostics, org, notRestored(fields, due, after))
	}
	warnOfRemaining(&resp.Diagnostics, org, saved, remaining)
}

// warnOfOthers warns of settings that a destroy does not restore because they do not have the values that the resource has set last.
func warnOfOthers(diags *diag.Diagnostics, org string, attributes []string) {
	if len(attributes) > 0 {
		diags.AddWarning("Settings were modified outside of this resource", fmt.Sprintf("These settings of the organization `%s` do not have the "+
			"values that this resource has set last: %s. They may be managed elsewhere, and keep their current values.", org,
			strings.Join(attributes, ", ")))
	}
}

// warnNotRestored warns of settings that the server did not restore although it accepted the request.
func warnNotRestored(diags *diag.Diagnostics, org string, attributes []string) {
	if len(attributes) > 0 {
		diags.AddWarning("Settings were not restored", fmt.Sprintf("The server accepted the request, but did not restore the previous values of these "+
			"settings of the organization `%s`: %s. Check them manually.", org, strings.Join(attributes, ", ")))
	}
}

// warnOfRemaining warns of settings that a destroy cannot restore.
func warnOfRemaining(diags *diag.Diagnostics, org string, saved originals, attributes []string) {
	if len(attributes) > 0 {
		diags.AddWarning("Settings keep their values", fmt.Sprintf("The organization `%s` had no value for these settings before, and the API cannot "+
			"remove a value: %s. They keep their current values.", org, strings.Join(attributes, ", ")))
	}
	if saved.Imported {
		diags.AddWarning("Values from before the import are unknown", fmt.Sprintf("The settings of the organization `%s` were imported. Only the "+
			"changes that Terraform has made since the import were reverted; all other settings keep their current values.", org))
	}
}

// ImportState accepts an identity or the ID of the organization.
func (r *settingsResource[M]) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	org := types.StringValue(req.ID)
	if r.ImportByIdentity(ctx, req, resp) {
		resp.Diagnostics.Append(resp.Identity.GetAttribute(ctx, path.Root("org_id"), &org)...)
	}
	if org.IsNull() {
		resp.Diagnostics.AddAttributeError(path.Root("org_id"), "Missing organization",
			"Set `org_id` in the identity or in the provider block, or set `OCTOMIL_ORG_ID`.")
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), org)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("org_id"), org)...)
	r.SetIdentity(ctx, resp.State, resp.Identity, &resp.Diagnostics)
	originals{Imported: true}.save(ctx, resp.Private, &resp.Diagnostics)
}
