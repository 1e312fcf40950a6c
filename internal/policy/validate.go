package policy

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

const millisecondPrecision = time.Millisecond

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
