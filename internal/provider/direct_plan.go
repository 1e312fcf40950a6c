package provider

import (
	"bytes"
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// planUnchanged plans a resource whose state is what the configuration wants, as far as Terraform can tell. The resource plans as always, and
// may find that something is to be done all the same; only what the framework does before that is left out, because it would change
// nothing. It returns nil where that is not certain.
//
// https://github.com/hashicorp/terraform-plugin-framework/blob/v1.19.0/internal/fwserver/server_planresourcechange.go
func (s *directServer) planUnchanged(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) *tfprotov6.PlanResourceChangeResponse {
	if !sameEncoding(req.PriorState, req.ProposedNewState) || req.Config == nil || req.ProviderMeta != nil && len(req.ProviderMeta.MsgPack) > 1 {
		return nil
	}
	d := s.resourceType(ctx, req.TypeName)
	if d == nil || !d.plansUnchanged {
		return nil
	}
	given, ok := s.provider.(configured)
	if !ok || given.resourceData() == nil {
		return nil
	}
	plan, ok := d.read(req)
	if !ok || !d.frameworkKeeps(plan.state, plan.config) {
		return nil
	}
	private, ok := decodePrivate(ctx, req.PriorPrivate)
	if !ok {
		return nil
	}
	return d.plan(ctx, given, req, plan, private)
}

// sameEncoding is true of a state that is not null and a plan that is the same.
func sameEncoding(state, plan *tfprotov6.DynamicValue) bool {
	return state != nil && plan != nil && len(state.MsgPack) > 1 && bytes.Equal(state.MsgPack, plan.MsgPack)
}

// unchangedPlan is a request to plan, decoded.
type unchangedPlan struct {
	state, config tftypes.Value
	// identity is that of the state, null without one.
	identity tftypes.Value
}

// read decodes a request. It is false of one that cannot be decoded, about which the framework complains.
func (d *directType) read(req *tfprotov6.PlanResourceChangeRequest) (p unchangedPlan, ok bool) {
	var err error
	if p.state, err = req.PriorState.Unmarshal(d.object); err != nil || p.state.IsNull() {
		return p, false
	}
	if p.config, err = req.Config.Unmarshal(d.object); err != nil || p.config.IsNull() {
		return p, false
	}
	if d.identityObject == nil {
		return p, req.PriorIdentity == nil
	}
	p.identity = tftypes.NewValue(d.identityObject, nil)
	if req.PriorIdentity != nil && req.PriorIdentity.IdentityData != nil {
		p.identity, err = req.PriorIdentity.IdentityData.Unmarshal(d.identityObject)
	}
	return p, err == nil
}

// frameworkKeeps is true if neither a default nor a write-only value makes the framework change the plan.
func (d *directType) frameworkKeeps(state, config tftypes.Value) bool {
	if len(d.defaults)+len(d.writeOnly) == 0 {
		return true
	}
	var planned, written map[string]tftypes.Value
	if state.As(&planned) != nil || config.As(&written) != nil {
		return false
	}
	for _, name := range d.writeOnly {
		if value := planned[name]; !value.IsNull() {
			return false
		}
	}
	for name, value := range d.defaults {
		if set := written[name]; set.IsNull() && !planned[name].Equal(value) {
			return false
		}
	}
	return true
}

// plan lets the resource plan.
func (d *directType) plan(
	ctx context.Context, given configured, req *tfprotov6.PlanResourceChangeRequest, p unchangedPlan, private *privateState,
) *tfprotov6.PlanResourceChangeResponse {
	r := d.open()
	var configure resource.ConfigureResponse
	if with, ok := r.(resource.ResourceWithConfigure); ok {
		with.Configure(ctx, resource.ConfigureRequest{ProviderData: given.resourceData()}, &configure)
	}
	if configure.Diagnostics.HasError() {
		return nil
	}
	asked := resource.ModifyPlanRequest{
		Config: tfsdk.Config{Schema: d.schema, Raw: p.config},
		Plan:   tfsdk.Plan{Schema: d.schema, Raw: p.state.Copy()},
		State:  tfsdk.State{Schema: d.schema, Raw: p.state},
	}
	if c := req.ClientCapabilities; c != nil {
		asked.ClientCapabilities.DeferralAllowed = c.DeferralAllowed
	}
	answer := resource.ModifyPlanResponse{Plan: tfsdk.Plan{Schema: d.schema, Raw: p.state.Copy()}, RequiresReplace: path.Paths{}}
	if d.identityObject != nil {
		asked.Identity = &tfsdk.ResourceIdentity{Schema: d.identity, Raw: p.identity}
		answer.Identity = &tfsdk.ResourceIdentity{Schema: d.identity, Raw: p.identity.Copy()}
	}
	private.give(&asked, &answer)
	answer.Diagnostics = configure.Diagnostics
	if with, ok := r.(resource.ResourceWithModifyPlan); ok {
		with.ModifyPlan(ctx, asked, &answer)
	}
	return d.encodePlan(ctx, req, p, answer, private)
}
