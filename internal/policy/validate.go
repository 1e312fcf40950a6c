package policy

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

const millisecondPrecision = time.Millisecond

// positiveDuration refuses durations that are not above zero, and those that are no whole number of the unit, where there is one.
type positiveDuration struct{ unit time.Duration }

func (p positiveDuration) Description(context.Context) string {
	if p.unit > 0 {
		return "a duration above zero, in whole multiples of " + p.unit.String()
	}
	return "a duration above zero"
}

func (p positiveDuration) MarkdownDescription(ctx context.Context) string { return p.Description(ctx) }

func (p positiveDuration) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	d, err := time.ParseDuration(req.ConfigValue.ValueString())
	if err != nil {
		return // the type says so itself
	}
	if d <= 0 || p.unit > 0 && d%p.unit != 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "The duration is not usable",
			req.ConfigValue.ValueString()+" was given where "+p.Description(ctx)+" is needed.")
	}
}

// aboveZero refuses zero, which the range of a share would allow.
type aboveZero struct{}

func (aboveZero) Description(context.Context) string { return "more than 0" }

func (v aboveZero) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (aboveZero) ValidateFloat64(_ context.Context, req validator.Float64Request, resp *validator.Float64Response) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || req.ConfigValue.ValueFloat64() != 0 {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "The step is not usable", "With 0 percent no rollout could ever advance.")
}
