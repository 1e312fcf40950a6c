package policy

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

func policySchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "Manages the rollback policy of an organization: the guardrails that roll back a rollout automatically, and the limits " +
			"of rollouts.\n\n" + unmanagedText +
			"An organization has one policy. If several of these resources manage the same organization, set different attributes in each; " +
			"otherwise they overwrite each other on every apply.",
		Attributes: map[string]schema.Attribute{
			"id":            idAttribute(),
			"org_id":        orgAttribute(),
			"auto_rollback": boolAttribute("Whether a rollout that exceeds a threshold is rolled back automatically. " + serverDefault("`false`")),
			"error_threshold_percent": float64Attribute("Percentage of failed inferences, from 0 to 100, above which a rollout is rolled back. "+
				serverDefault("`5`"), float64validator.Between(0, 100)),
			"crash_threshold_percent": float64Attribute("Percentage of crashes, from 0 to 100, above which a rollout is rolled back. "+
				serverDefault("`1`"), float64validator.Between(0, 100)),
			"latency_p95_max": durationAttribute("95th percentile of the latency above which a rollout is rolled back, such as `250ms`. Must be greater than "+
				"0 and a multiple of 1 ms. "+serverDefault("no limit"), resourcekit.PositiveDuration{Unit: millisecondPrecision}),
			"quality_gate":   nestedAttribute("Requirements that a version must meet before it can be rolled out.", qualityGateAttributes()),
			"rollout_limits": nestedAttribute("Limits of a rollout.", rolloutLimitsAttributes()),
			"device_limits":  nestedAttribute("Requirements that a device must meet to be part of a rollout.", deviceLimitsAttributes()),
		},
	}
}

func qualityGateAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"require_eval": boolAttribute("Whether a version requires an evaluation. " + serverDefault("`false`")),
		"min_accuracy": float64Attribute("Minimum accuracy in the evaluation, from 0 to 1. "+serverDefault("no limit"),
			float64validator.Between(0, 1)),
		"max_quality_delta": float64Attribute("Maximum loss of quality compared to the previous version, from 0 to 1. "+serverDefault("no limit"),
			float64validator.Between(0, 1)),
	}
}

func rolloutLimitsAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"min_duration": durationAttribute("Minimum time between two advances of a rollout, such as `1h`. Must be greater than 0. "+
			serverDefault("no limit"), resourcekit.PositiveDuration{}),
		"max_step_percent": float64Attribute("Maximum percentage that one advance can add, greater than 0 and at most 100. "+serverDefault("`100`"),
			float64validator.Between(0, 100), aboveZero{}),
		"require_approval": boolAttribute("Whether an advance requires the approval of a second person. " + serverDefault("`false`")),
	}
}

func deviceLimitsAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"min_os_version": schema.MapAttribute{
			ElementType: types.StringType,
			Optional:    true, Computed: true,
			PlanModifiers: []planmodifier.Map{mapplanmodifier.UseStateForUnknown()},
			Validators: []validator.Map{
				mapvalidator.KeysAre(stringvalidator.LengthAtLeast(1)), mapvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
			},
			MarkdownDescription: "Minimum operating system version by platform, such as `{ ios = \"17.0\" }`. The map is managed as a whole; an " +
				"empty map means no limit. " + serverDefault("no limit"),
		},
		"min_memory_gb": float64Attribute("Minimum memory of a device, in GB. "+serverDefault("no limit"), float64validator.AtLeast(0)),
	}
}

// serverDefault ends the description of a setting. Terraform has no default for it, but new organizations have a value.
func serverDefault(value string) string {
	return "If omitted, the setting is not managed; new organizations start with " + value + "."
}
