package policy

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
)

// sameDuration keeps the spelling in state if the configuration has an equal duration, such as 1h and 60m. Spellings can differ after
// an import.
type sameDuration struct{}

func (sameDuration) Description(context.Context) string {
	return "A different spelling of the same duration is not a change."
}

func (m sameDuration) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

// KeepsUnchanged implements resourcekit.KeepsUnchanged.
func (sameDuration) KeepsUnchanged() {}

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
