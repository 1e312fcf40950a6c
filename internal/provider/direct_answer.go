package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// encodePlan encodes what a resource has planned, as
// https://github.com/hashicorp/terraform-plugin-framework/blob/v1.19.0/internal/toproto6/planresourcechange.go does.
func (d *directType) encodePlan(
	ctx context.Context, req *tfprotov6.PlanResourceChangeRequest, p unchangedPlan, answer resource.ModifyPlanResponse, private *privateState,
) *tfprotov6.PlanResourceChangeResponse {
	if id := answer.Identity; id != nil && !d.mutableIdentity && !p.identity.IsFullyNull() && !p.identity.Equal(id.Raw) {
		answer.Diagnostics.AddError("Unexpected Identity Change", "The plan has another identity than the state. Please report this issue to the provider developers.")
	}
	resp := &tfprotov6.PlanResourceChangeResponse{PlannedState: req.PriorState, Diagnostics: protocolDiagnostics(ctx, answer.Diagnostics)}
	failed := func(err error) {
		if err != nil {
			resp.Diagnostics = append(resp.Diagnostics, &tfprotov6.Diagnostic{
				Severity: tfprotov6.DiagnosticSeverityError, Summary: "Could not encode the plan",
				Detail: "Please report this issue to the provider developers: " + err.Error(),
			})
		}
	}
	if !answer.Plan.Raw.Equal(p.state) {
		planned, err := tfprotov6.NewDynamicValue(d.object, answer.Plan.Raw)
		resp.PlannedState = &planned
		failed(err)
	}
	if answer.Identity != nil {
		identity, err := tfprotov6.NewDynamicValue(d.identityObject, answer.Identity.Raw)
		resp.PlannedIdentity = &tfprotov6.ResourceIdentityData{IdentityData: &identity}
		failed(err)
	}
	for _, at := range sortedPaths(answer.RequiresReplace) {
		resp.RequiresReplace = append(resp.RequiresReplace, protocolPath(ctx, at))
	}
	if answer.Deferred != nil {
		resp.Deferred = &tfprotov6.Deferred{Reason: tfprotov6.DeferredReason(answer.Deferred.Reason)}
	}
	var err error
	resp.PlannedPrivate, err = private.encode(ctx)
	failed(err)
	return resp
}

// sortedPaths sorts paths, and leaves out what is there twice.
func sortedPaths(paths path.Paths) path.Paths {
	slices.SortFunc(paths, func(a, b path.Path) int { return strings.Compare(a.String(), b.String()) })
	return slices.CompactFunc(paths, path.Path.Equal)
}

// protocolDiagnostics converts diagnostics of the framework.
func protocolDiagnostics(ctx context.Context, all diag.Diagnostics) []*tfprotov6.Diagnostic {
	var converted []*tfprotov6.Diagnostic
	for _, d := range all {
		severity := tfprotov6.DiagnosticSeverityError
		if d.Severity() == diag.SeverityWarning {
			severity = tfprotov6.DiagnosticSeverityWarning
		}
		c := &tfprotov6.Diagnostic{Severity: severity, Summary: d.Summary(), Detail: d.Detail()}
		if with, ok := d.(diag.DiagnosticWithPath); ok {
			c.Attribute = protocolPath(ctx, with.Path())
		}
		converted = append(converted, c)
	}
	return converted
}

// protocolPath converts a path of the framework. A part that has no place in the protocol ends it.
func protocolPath(ctx context.Context, at path.Path) *tftypes.AttributePath {
	var steps []tftypes.AttributePathStep
	for _, step := range at.Steps() {
		switch s := step.(type) {
		case path.PathStepAttributeName:
			steps = append(steps, tftypes.AttributeName(s))
		case path.PathStepElementKeyInt:
			steps = append(steps, tftypes.ElementKeyInt(s))
		case path.PathStepElementKeyString:
			steps = append(steps, tftypes.ElementKeyString(s))
		case path.PathStepElementKeyValue:
			value, err := s.ToTerraformValue(ctx)
			if err != nil {
				return tftypes.NewAttributePathWithSteps(steps)
			}
			steps = append(steps, tftypes.ElementKeyValue(value))
		}
	}
	return tftypes.NewAttributePathWithSteps(steps)
}
