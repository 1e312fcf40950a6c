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

// testAction is octomil_metrics_integration_test or octomil_log_integration_test.
type testAction struct {
	resourcekit.Configured

	signal control.Signal
	// reaches is what the control plane tries to reach, example an ID of an integration in a configuration.
	reaches, example string
}

var (
	_ action.ActionWithConfigure  = (*testAction)(nil)
	_ action.ActionWithModifyPlan = (*testAction)(nil)
)

// NewMetricsTestAction returns octomil_metrics_integration_test.
func NewMetricsTestAction() action.Action {
	return newTestAction(control.Metrics, "the monitoring system", "octomil_metrics_integration.datadog.id")
}

// NewLogTestAction returns octomil_log_integration_test.
func NewLogTestAction() action.Action {
	return newTestAction(control.Logs, "the receiver of the logs", "octomil_log_integration.otlp.id")
}

func newTestAction(signal control.Signal, reaches, example string) action.Action {
	configured := resourcekit.Configured{TypeName: fmt.Sprintf("octomil_%s_integration_test", signal)}
	return &testAction{Configured: configured, signal: signal, reaches: reaches, example: example}
}

// title names the integration in texts.
func (a *testAction) title() string { return string(a.signal) + " integration" }

func (a *testAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = a.TypeName
}

func (a *testAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Tests a " + a.title() + ": the control plane tries to reach " + a.reaches + " with the stored credentials. The " +
			"action shows the control plane's answer, and fails with its reason if the test fails. It changes no resource.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "ID of the integration, such as `" + a.example + "`.",
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
	say(fmt.Sprintf("Testing the %s %s", a.title(), id.ValueString()))
	result, err := client.TestIntegration(ctx, a.signal, id.ValueString())
	switch {
	case err != nil:
		resourcekit.AddError(&resp.Diagnostics, path.Root("id"), "Could not test the "+a.title(), err)
	case !result.Success && result.Message == "":
		resp.Diagnostics.AddAttributeError(path.Root("id"), "The test of the "+a.title()+" failed", "The control plane gives no reason.")
	case !result.Success:
		resp.Diagnostics.AddAttributeError(path.Root("id"), "The test of the "+a.title()+" failed", "The control plane answered: "+
			resourcekit.Sentence(result.Message))
	case result.Message == "":
		say("The test succeeded")
	default:
		say("The test succeeded: " + result.Message)
	}
}
