package acctest

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Invoke plays Terraform's part of the plugin protocol for one action: it validates the configuration, plans and invokes. It
// returns the progress messages in their order, and the diagnostics. The first error ends it.
func (s *Sandbox) Invoke(t testing.TB, actionType string, config map[string]any) (progress []string, diags Diagnostics) {
	t.Helper()
	return s.InvokeWithin(t.Context(), t, actionType, config)
}

// InvokeWithin is Invoke with a context. Canceling it is the interrupt of the user.
func (s *Sandbox) InvokeWithin(ctx context.Context, t testing.TB, actionType string, config map[string]any) (progress []string, diags Diagnostics) {
	t.Helper()
	c := &Core{t: t, sandbox: s}
	return c.invoke(ctx, actionType, config)
}

// Invoke is Invoke of the sandbox, with the provider block of Configure.
func (c *Core) Invoke(actionType string, config map[string]any) (progress []string, diags Diagnostics) {
	c.t.Helper()
	return c.invoke(c.t.Context(), actionType, config)
}

func (c *Core) invoke(ctx context.Context, actionType string, config map[string]any) (progress []string, diags Diagnostics) {
	t := c.t
	t.Helper()
	c.startProvider()
	actions, encoded, diags := c.planAction(ctx, actionType, config)
	if diags.Failed() {
		return nil, diags
	}
	stream, err := actions.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: actionType, Config: encoded})
	if err != nil {
		t.Fatal(err)
	}
	completed := false
	for event := range stream.Events {
		switch e := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			expectPrintable(t, e.Message)
			progress = append(progress, e.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			completed = true
			diags.add(t, e.Diagnostics)
		}
	}
	if !completed {
		t.Error("the action has not sent that it is complete")
	}
	return progress, diags
}

// PlanAction plans an action in the provider that has made the last plan of the resource, as Terraform does with an action that the
// resource triggers.
func (c *Core) PlanAction(actionType string, config map[string]any) Diagnostics {
	c.t.Helper()
	_, _, diags := c.planAction(c.t.Context(), actionType, config)
	return diags
}

// planAction validates the configuration of an action and plans it. The first error ends it.
func (c *Core) planAction(
	ctx context.Context, actionType string, config map[string]any,
) (actions tfprotov6.ActionServer, encoded *tfprotov6.DynamicValue, diags Diagnostics) {
	c.t.Helper()
	schemas := Schemas(c.t)
	actions, ok := c.process().(tfprotov6.ActionServer)
	if !ok || schemas.ActionSchemas[actionType] == nil {
		c.t.Fatalf("the provider has no action %q", actionType)
	}
	object := objectType(c.t, schemas.ActionSchemas[actionType].Schema.ValueType())
	encoded = c.encode(object, tfValue(c.t, object, config))
	validated, err := actions.ValidateActionConfig(ctx, &tfprotov6.ValidateActionConfigRequest{ActionType: actionType, Config: encoded})
	if err != nil {
		c.t.Fatal(err)
	}
	if diags.add(c.t, validated.Diagnostics); diags.Failed() {
		return actions, encoded, diags
	}
	planned, err := actions.PlanAction(ctx, &tfprotov6.PlanActionRequest{ActionType: actionType, Config: encoded})
	if err != nil {
		c.t.Fatal(err)
	}
	diags.add(c.t, planned.Diagnostics)
	return actions, encoded, diags
}
