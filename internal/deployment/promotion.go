package deployment

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
	"github.com/octomil/terraform-provider-octomil/internal/rollout"
)

func (d *promotionDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m promotionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	ctx, client := d.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	r := promotionReader{client: client, planned: &d.Provider.Planned, config: &m, diags: &resp.Diagnostics}
	p, missing, ok := r.read(ctx)
	if !ok {
		return
	}
	answer := p.Decide()
	if missing != "" { // nothing that does not exist yet has stood anywhere
		answer = rollout.Promoted{Version: p.Target.Version(), Hurdle: rollout.HurdleTrial}
	}
	m.setFromAnswer(p, answer, missing)
	if answer.Version == "" {
		warnOfNothingDeployed(m.scope(), &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// promotionReader reads what a promotion is decided from.
type promotionReader struct {
	client  *control.Client
	planned *resourcekit.PlannedNames
	config  *promotionModel
	diags   *diag.Diagnostics
}

// read returns the promotion. What the same plan is going to create does not exist yet, and is named by missing.
func (r promotionReader) read(ctx context.Context) (p rollout.Promotion, missing string, ok bool) {
	m := r.config
	p.Candidate = m.Candidate.ValueString()
	bake, d := m.Bake.ValueGoDuration()
	r.diags.Append(d...)
	p.Bake = bake
	found, listed, err := r.client.ResolveModel(ctx, m.Model.ValueString())
	if err == nil && !listed && r.planned.Contains("octomil_model", m.Model.ValueString()) {
		return p, "The model " + m.Model.ValueString(), !r.diags.HasError()
	}
	id, history, ok := readHistory(ctx, r.client, m.Model.ValueString(), r.diags)
	if !ok {
		return p, "", false
	}
	m.ModelID = types.StringValue(id)
	if p.Status, missing, ok = r.status(ctx, id, found); !ok {
		return p, "", false
	}
	from, missingFrom, ok := r.members(ctx, "from_group", m.FromGroup)
	if !ok {
		return p, "", false
	}
	target, missingTarget, ok := r.members(ctx, "group", m.Group)
	if !ok {
		return p, "", false
	}
	missing = cmp.Or(missing, missingFrom, missingTarget)
	switch {
	case m.Group.IsNull():
		p.Target = history.PresentState()
	case missingTarget != "":
		p.Target = rollout.State{History: history}
	default:
		p.Target = target.PresentState(history, p.Candidate, from)
	}
	p.Trial, ok = r.trial(ctx, history, from)
	if now, _, known := r.client.ServerTime(); known {
		p.Now = now
	}
	return p, missing, ok && !r.diags.HasError()
}

// status is that of the candidate among the versions of the model.
func (r promotionReader) status(ctx context.Context, modelID string, found control.Model) (status, missing string, ok bool) {
	candidate := r.config.Candidate.ValueString()
	versions, err := r.client.Versions(ctx, modelID, "")
	if err != nil {
		resourcekit.AddError(r.diags, path.Empty(), "Could not list the versions of the model", err)
		return "", "", false
	}
	if i := slices.IndexFunc(versions, func(v control.Version) bool { return v.Version == candidate }); i >= 0 {
		return versions[i].Status, "", true
	}
	for _, model := range []string{modelID, found.Name, r.config.Model.ValueString()} {
		if r.planned.Contains("octomil_model_version", model+"/"+candidate) {
			return "", candidate, true
		}
	}
	var unknown diag.Diagnostics
	checkVersionExists(&model{Model: r.config.Model, Version: r.config.Candidate}, versions, &unknown)
	for _, d := range unknown {
		r.diags.Append(diag.WithPath(path.Root("candidate"), d))
	}
	return "", "", false
}

// members are those of the device group that an attribute names, nil where it names none.
func (r promotionReader) members(ctx context.Context, attribute string, name types.String) (members rollout.Members, missing string, ok bool) {
	if name.IsNull() {
		return nil, "", true
	}
	g, groups, err := findGroup(ctx, r.client, name.ValueString())
	switch {
	case err != nil:
		resourcekit.AddError(r.diags, path.Empty(), "Could not look up the device group", err)
		return nil, "", false
	case g == nil && r.planned.Contains("octomil_device_group", name.ValueString()):
		return nil, "The group " + name.ValueString(), true
	case g == nil:
		addMissingGroupAt(attribute, name.ValueString(), groups, r.diags)
		return nil, "", false
	}
	members, err = r.client.GroupAssignments(ctx, g.ID, r.config.ModelID.ValueString())
	if err != nil {
		resourcekit.AddError(r.diags, path.Empty(), "Could not read the members of the device group", err)
	}
	return members, "", err == nil
}

// trial is how the candidate stands where it is tried.
func (r promotionReader) trial(ctx context.Context, history rollout.History, members rollout.Members) (rollout.Trial, bool) {
	m, candidate := r.config, r.config.Candidate.ValueString()
	if !m.FromGroup.IsNull() {
		since := time.Time{}
		if !m.FromGroupSince.IsNull() {
			at, d := m.FromGroupSince.ValueRFC3339Time()
			r.diags.Append(d...)
			since = at
		}
		return rollout.GroupTrial(candidate, members, since), true
	}
	target, live := history.Targeted()
	if !live || target.Version != candidate {
		return history.FleetTrial(candidate, m.FromPercentage.ValueFloat64(), nil, control.AffectedDevices{}), true
	}
	changes, err := r.client.RolloutChanges(ctx, m.ModelID.ValueString(), target.ID)
	if err != nil {
		resourcekit.AddError(r.diags, path.Empty(), "Could not read the history of the rollout", err)
		return rollout.Trial{}, false
	}
	fleet := rollout.Fleet{Client: r.client, Scope: rollout.Scope{ModelID: m.ModelID.ValueString()}}
	affected, err := fleet.Affected(ctx, target.ID)
	if err != nil {
		resourcekit.AddError(r.diags, path.Empty(), "Could not read how far the rollout has come", err)
		return rollout.Trial{}, false
	}
	return history.FleetTrial(candidate, m.FromPercentage.ValueFloat64(), changes, affected), true
}

// scope is the target of the promotion.
func (m *promotionModel) scope() rollout.Scope {
	return rollout.Scope{Model: m.Model.ValueString(), ModelID: m.ModelID.ValueString(), Group: m.Group.ValueString()}
}

func (m *promotionModel) setFromAnswer(p rollout.Promotion, answer rollout.Promoted, missing string) {
	m.Version = resourcekit.StringOrNull(answer.Version)
	m.Ready = types.BoolValue(answer.Ready())
	m.Since, m.ReadyAt = timeOrNull(answer.Since), timeOrNull(answer.ReadyAt)
	m.Reason = types.StringValue(m.reasonText(p, answer, missing))
}
