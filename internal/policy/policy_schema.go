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
)

func policySchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "The guardrails of an organization: when a rollout is rolled back by itself, and what a rollout may do.\n\n" +
			unmanagedText + "An organization has one policy. Two of these resources for one organization do not see each other: let them set different " +
			"attributes, or the last one to be applied wins.",
		Attributes: map[string]schema.Attribute{
			"id":            idAttribute(),
			"org_id":        orgAttribute("The organization whose policy this is."),
			"auto_rollback": boolAttribute("Whether a rollout that breaches a threshold is rolled back by itself. " + serverDefault("`false`")),
			"error_threshold_percent": float64Attribute("The share of failed inferences, in percent from 0 to 100, above which a rollout is rolled back. "+
				serverDefault("`5`"), float64validator.Between(0, 100)),
			"crash_threshold_percent": float64Attribute("The share of crashes, in percent from 0 to 100, above which a rollout is rolled back. "+
				serverDefault("`1`"), float64validator.Between(0, 100)),
			"latency_p95_max": durationAttribute("The 95th percentile of the latency above which a rollout is rolled back, such as `250ms`, in whole "+
				"milliseconds. "+serverDefault("no limit"), positiveDuration{unit: millisecondPrecision}),
			"quality_gate":   nestedAttribute("What a version must show before it may be rolled out.", qualityGateAttributes()),
			"rollout_limits": nestedAttribute("What a rollout may do.", rolloutLimitsAttributes()),
			"device_limits":  nestedAttribute("Which devices a rollout leaves out.", deviceLimitsAttributes()),
		},
	}
}

func qualityGateAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"require_eval": boolAttribute("Whether a version needs an evaluation. " + serverDefault("`false`")),
		"min_accuracy": float64Attribute("The least accuracy in that evaluation, from 0 to 1. "+serverDefault("no limit"),
			float64validator.Between(0, 1)),
		"max_quality_delta": float64Attribute("How much worse than the version before a version may be, from 0 to 1. "+serverDefault("no limit"),
			float64validator.Between(0, 1)),
	}
}

func rolloutLimitsAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"min_duration": durationAttribute("The least time between two advances of a rollout, such as `1h`. "+serverDefault("no limit"), positiveDuration{}),
		"max_step_percent": float64Attribute("The most that one advance may add, in percent, above 0 and up to 100. "+serverDefault("`100`"),
			float64validator.Between(0, 100), aboveZero{}),
		"require_approval": boolAttribute("Whether an advance needs a second person. " + serverDefault("`false`")),
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
			MarkdownDescription: "The oldest version of the operating system by platform, such as `{ ios = \"17.0\" }`. The map is managed " +
				"as a whole; an empty one is no limit. " + serverDefault("no limit"),
		},
		"min_memory_gb": float64Attribute("The least memory of a device, in GB. "+serverDefault("no limit"), float64validator.AtLeast(0)),
	}
}

// serverDefault ends a description: there is no default in Terraform, only what an organization starts with.
func serverDefault(value string) string {
	return "Not managed when it is not set; an organization starts with " + value + "."
}
