package observation

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// testAction is octomil_metrics_integration_test.
type testAction struct{ resourcekit.Configured }

var (
	_ action.ActionWithConfigure  = (*testAction)(nil)
	_ action.ActionWithModifyPlan = (*testAction)(nil)
)

// NewMetricsTestAction returns octomil_metrics_integration_test.
func NewMetricsTestAction() action.Action {
	return &testAction{resourcekit.Configured{TypeName: "octomil_metrics_integration_test"}}
}

func (a *testAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = a.TypeName
}

func (a *testAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Tests a metrics integration: the control plane tries to reach the monitoring system with the stored credentials. The " +
			"action shows the control plane's answer, and fails with its reason if the test fails. It changes no resource.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "ID of the integration, such as `octomil_metrics_integration.datadog.id`.",
			},
		},
	}
}

func (a *testAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.ConfigureAction(req, resp)
}

// ModifyPlan leaves everything to the invocation: the integration may be one that the same plan creates.
func (a *testAction) ModifyPlan(_ context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	if a.Defers(req.ClientCapabilities.DeferralAllowed) {
		resp.Deferred = resourcekit.DeferredAction()
	}
}

func (a *testAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var id types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("id"), &id)...)
	ctx, client := a.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	say := func(message string) { resp.SendProgress(action.InvokeProgressEvent{Message: message}) }
	say(fmt.Sprintf("Testing the metrics integration %s", id.ValueString()))
	result, err := client.TestIntegration(ctx, control.Metrics, id.ValueString())
	switch {
	case err != nil:
		resourcekit.AddError(&resp.Diagnostics, path.Root("id"), "Could not test the metrics integration", err)
	case !result.Success && result.Message == "":
		resp.Diagnostics.AddAttributeError(path.Root("id"), "The test of the metrics integration failed", "The control plane gives no reason.")
	case !result.Success:
		resp.Diagnostics.AddAttributeError(path.Root("id"), "The test of the metrics integration failed", "The control plane answered: "+
			resourcekit.Sentence(result.Message))
	case result.Message == "":
		say("The test succeeded")
	default:
		say("The test succeeded: " + result.Message)
	}
}
