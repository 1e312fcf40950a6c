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
	schemas := c.startProvider()
	actions, ok := c.process().(tfprotov6.ActionServer)
	if !ok || schemas.ActionSchemas[actionType] == nil {
		t.Fatalf("the provider has no action %q", actionType)
	}
	object := objectType(t, schemas.ActionSchemas[actionType].Schema.ValueType())
	encoded := c.encode(object, tfValue(t, object, config))

	validated, err := actions.ValidateActionConfig(ctx, &tfprotov6.ValidateActionConfigRequest{ActionType: actionType, Config: encoded})
	if err != nil {
		t.Fatal(err)
	}
	if diags.add(validated.Diagnostics); diags.Failed() {
		return nil, diags
	}
	planned, err := actions.PlanAction(ctx, &tfprotov6.PlanActionRequest{ActionType: actionType, Config: encoded})
	if err != nil {
		t.Fatal(err)
	}
	if diags.add(planned.Diagnostics); diags.Failed() {
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
			progress = append(progress, e.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			completed = true
			diags.add(e.Diagnostics)
		}
	}
	if !completed {
		t.Error("the action has not sent that it is complete")
	}
	return progress, diags
}
