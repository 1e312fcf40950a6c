package policy

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
)

// sameDuration keeps the spelling in state when the configuration spells the same duration otherwise, which is so after an
// import: 1h and 60m are no change.
type sameDuration struct{}

func (sameDuration) Description(context.Context) string {
	return "Another spelling of the same duration is no change."
}

func (m sameDuration) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (sameDuration) PlanModifyString(_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if req.StateValue.IsNull() || resp.PlanValue.IsNull() || resp.PlanValue.IsUnknown() {
		return
	}
	before, errBefore := time.ParseDuration(req.StateValue.ValueString())
	planned, errPlanned := time.ParseDuration(resp.PlanValue.ValueString())
	if errBefore == nil && errPlanned == nil && before == planned {
		resp.PlanValue = req.StateValue
	}
}
