package resourcekit

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// PositiveDuration rejects a text that is no duration, a duration that is not positive or longer than a year, and one that is not a multiple
// of Unit, if there is one. OrZero accepts 0 too. Null and unknown values are accepted.
type PositiveDuration struct {
	Unit   time.Duration
	OrZero bool
}

// longestDuration keeps sums of durations far from their overflow, which is at 292 years.
const longestDuration = 365 * 24 * time.Hour

// Description implements validator.Describer.
func (p PositiveDuration) Description(context.Context) string {
	text := "must be greater than 0"
	if p.OrZero {
		text = "must not be negative"
	}
	if p.Unit > 0 {
		text += " and a multiple of " + p.Unit.String()
	}
	return text + ", and at most `8760h`"
}

// MarkdownDescription implements validator.Describer.
func (p PositiveDuration) MarkdownDescription(ctx context.Context) string { return p.Description(ctx) }

// ValidateString implements validator.String.
func (p PositiveDuration) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !Known(req.ConfigValue) {
		return
	}
	text := req.ConfigValue.ValueString()
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid duration",
			fmt.Sprintf("%#q must be a duration with a unit, such as `30m`, got: %s.", attributeName(req.Path), text))
	case d < 0 || d == 0 && !p.OrZero || d > longestDuration || p.Unit > 0 && d%p.Unit != 0:
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid duration",
			fmt.Sprintf("%#q %s, got: %s. Set a duration such as `30m`.", attributeName(req.Path), p.Description(ctx), text))
	}
}

// attributeName is the last attribute of a path.
func attributeName(at path.Path) string {
	steps := at.Steps()
	for i := len(steps) - 1; i >= 0; i-- {
		if name, ok := steps[i].(path.PathStepAttributeName); ok {
			return string(name)
		}
	}
	return at.String()
}

// Timeouts is the attribute `timeouts`, of which every limit must be positive.
func Timeouts(ctx context.Context, opts timeouts.Opts) schema.Attribute {
	attribute, ok := timeouts.Attributes(ctx, opts).(schema.SingleNestedAttribute)
	if !ok {
		return timeouts.Attributes(ctx, opts)
	}
	for name, limit := range attribute.Attributes {
		if text, ok := limit.(schema.StringAttribute); ok {
			text.Validators = []validator.String{PositiveDuration{}}
			attribute.Attributes[name] = text
		}
	}
	return attribute
}
