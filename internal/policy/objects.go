package policy

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// Several resources may manage different settings of one organization. So each setting is an object of its own in the register of
// the objects that the resources of a walk manage.

// planKey is the private state key of plannedSettings.
const planKey = "plan"

// plannedSettings is what a plan tells a deletion about the other resources of the plan.
type plannedSettings struct {
	// Kept are the keys that another resource manages, too.
	Kept []string `json:"kept,omitempty"`
	// Created is the organization of a create, which takes over its settings. The deletion that is part of a replacement gets it as
	// well.
	Created string `json:"created,omitempty"`
}

// setting returns the object of a key.
func (r *settingsResource[M]) setting(org, key string) resourcekit.Object {
	return resourcekit.Object{TypeName: r.TypeName, ID: org + "/" + key}
}

// settingsOf returns the objects of the keys that a resource with a state has managed.
func (r *settingsResource[M]) settingsOf(ctx context.Context, state tftypes.Value, private resourcekit.PrivateState) (settings []resourcekit.Object) {
	o, ok := r.Object(state)
	if !ok {
		return nil
	}
	var diags diag.Diagnostics // the operation itself reports a private state that cannot be read
	for key := range loadOriginals(ctx, private, &diags).Before {
		settings = append(settings, r.setting(o.ID, key))
	}
	return settings
}

func (r *settingsResource[M]) beginRead(ctx context.Context, req resource.ReadRequest) {
	r.BeginRead(req.State.Raw)
	if r.Provider == nil {
		return
	}
	for _, o := range r.settingsOf(ctx, req.State.Raw, req.Private) {
		r.Provider.Objects.Read(o)
	}
}

// registerPlan registers the settings that a plan is about, and reports other resources of the plan that manage or destroy them.
func (r *settingsResource[M]) registerPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.Provider == nil || resp.Diagnostics.HasError() {
		return
	}
	var planned plannedSettings
	if req.Plan.Raw.IsNull() {
		planned.Kept = r.registerDestroy(ctx, req, resp)
	} else if o, ok := r.Object(resp.Plan.Raw); ok && len(resp.RequiresReplace) == 0 {
		r.registerManaged(ctx, o.ID, req, resp)
		if req.State.Raw.IsNull() {
			planned.Created = o.ID
		}
	}
	if len(planned.Kept) == 0 && planned.Created == "" {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, planKey, nil)...)
		return
	}
	resourcekit.SetPrivate(ctx, resp.Private, planKey, planned, &resp.Diagnostics)
}

// registerDestroy returns the keys that another resource of the plan manages.
func (r *settingsResource[M]) registerDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) (kept []string) {
	o, ok := r.Object(req.State.Raw)
	if !ok {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(loadOriginals(ctx, req.Private, &resp.Diagnostics).Before)) {
		if r.Provider.Objects.Destroy(r.setting(o.ID, key), req.State.Raw) {
			kept = append(kept, key)
		}
	}
	if len(kept) > 0 {
		resourcekit.WarnOfKeptObject(r.section.title, &resp.Diagnostics)
	}
	return kept
}

func (r *settingsResource[M]) registerManaged(
	ctx context.Context, org string, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	var config M
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	fields, _ := r.section.bind(ctx, &config, &resp.Diagnostics)
	overlaps := false
	for _, f := range managed(fields) {
		value, _ := json.Marshal(f.toJSON())
		others, destroyed := r.Provider.Objects.Manage(r.setting(org, f.key), tftypes.NewValue(tftypes.String, string(value)), req.State.Raw)
		if len(others) > 0 {
			resourcekit.AddConflictingResources(r.section.title, f.at, &resp.Diagnostics)
		}
		overlaps = overlaps || destroyed
	}
	switch {
	case overlaps && req.State.Raw.IsNull():
		resourcekit.WarnOfAdoption(r.section.title, &resp.Diagnostics)
	case overlaps:
		resourcekit.AddDestroyedElsewhere(r.section.title, &resp.Diagnostics)
	}
}

// beginWrite announces the settings that a create or an update writes, and waits for other writes of the organization's settings. The
// caller calls done at the end; it is nil after an error.
func (r *settingsResource[M]) beginWrite(ctx context.Context, org string, fields []field, diags *diag.Diagnostics) (done func()) {
	r.BeginWrite()
	for _, f := range fields {
		r.Provider.Objects.Write(r.setting(org, f.key))
	}
	return r.Lock(ctx, resourcekit.Object{TypeName: r.TypeName, ID: org}, diags)
}

// beginDelete waits for other writes of the organization's settings, and removes from saved what must not be restored because another
// resource manages it; that resource takes over its original value. The caller calls done at the end; it is nil if there is nothing
// to restore, and after an error.
func (r *settingsResource[M]) beginDelete(
	ctx context.Context, org string, saved *originals, private resourcekit.PrivateState, diags *diag.Diagnostics,
) (done func()) {
	r.BeginWrite()
	var planned plannedSettings
	resourcekit.GetPrivate(ctx, private, planKey, &planned, diags)
	o := resourcekit.Object{TypeName: r.TypeName, ID: org}
	if planned.Created == org {
		r.Provider.Objects.HandOver(o, *saved)
		return nil
	}
	var settings []resourcekit.Object
	for key := range saved.Before {
		settings = append(settings, r.setting(org, key))
	}
	claimed := r.AwaitClaims(ctx, settings...)
	if done = r.Lock(ctx, o, diags); done == nil {
		return nil
	}
	own, others := *saved, *saved
	own.Before, others.Before = maps.Clone(saved.Before), map[string]original{}
	for key, value := range saved.Before {
		if slices.Contains(planned.Kept, key) || slices.Contains(claimed, r.setting(org, key)) || r.Provider.Objects.Written(r.setting(org, key)) {
			others.Before[key] = value
			delete(own.Before, key)
		}
	}
	if len(others.Before) > 0 {
		r.Provider.Objects.HandOver(o, others)
		resourcekit.WarnOfKeptObject(r.section.title, diags)
	}
	*saved = own
	return done
}

// takeOver returns the original values that another resource has handed over, or none.
func (r *settingsResource[M]) takeOver(org string) originals {
	saved, ok := r.Provider.Objects.TakeOver(resourcekit.Object{TypeName: r.TypeName, ID: org}).(originals)
	if !ok {
		return newOriginals()
	}
	saved.Written = map[string]any{}
	return saved
}
