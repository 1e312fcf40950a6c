package policy

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

const millisecondPrecision = time.Millisecond

// positiveDuration rejects durations that are not positive, or not a multiple of unit if there is one.
type positiveDuration struct{ unit time.Duration }

func (p positiveDuration) Description(context.Context) string {
	if p.unit > 0 {
		return "must be greater than 0 and a multiple of " + p.unit.String()
	}
	return "must be greater than 0"
}

func (p positiveDuration) MarkdownDescription(ctx context.Context) string { return p.Description(ctx) }

func (p positiveDuration) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	d, err := time.ParseDuration(req.ConfigValue.ValueString())
	if err != nil {
		return // the type reports it
	}
	if d <= 0 || p.unit > 0 && d%p.unit != 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid duration",
			fmt.Sprintf("The duration %s, got: %s.", p.Description(ctx), req.ConfigValue.ValueString()))
	}
}

// aboveZero rejects 0, which the range of a percentage includes.
type aboveZero struct{}

func (aboveZero) Description(context.Context) string { return "must be greater than 0" }

func (v aboveZero) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (aboveZero) ValidateFloat64(_ context.Context, req validator.Float64Request, resp *validator.Float64Response) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || req.ConfigValue.ValueFloat64() != 0 {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid percentage", "The percentage must be greater than 0: with 0, no rollout could advance.")
}
