package experiment

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/float64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// The defaults of Octomil's SDK.
const (
	defaultTraffic    = 100.0
	defaultSample     = 100
	defaultConfidence = 0.95
	defaultMetric     = "conversion"
)

var statuses = []string{
	control.ExperimentDraft, control.ExperimentRunning, control.ExperimentPaused, control.ExperimentCompleted, control.ExperimentCancelled,
}

func experimentSchema() schema.Schema {
	attributes := settings()
	kept := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	notEmpty := []validator.String{stringvalidator.LengthAtLeast(1)}
	attributes["id"] = schema.StringAttribute{
		Computed: true, PlanModifiers: kept, MarkdownDescription: "ID of the experiment, assigned by the server.",
	}
	attributes["org_id"] = schema.StringAttribute{
		Computed: true, PlanModifiers: kept,
		MarkdownDescription: "ID of the organization of the experiment: the provider's `org_id`, or the organization of the API key.",
	}
	attributes["model"] = schema.StringAttribute{
		Required: true, Validators: notEmpty,
		MarkdownDescription: "Model, by name or ID. Changing this forces a new resource to be created. Switching between the name and " +
			"the ID of the same model does not.",
	}
	attributes["model_id"] = schema.StringAttribute{
		Computed: true, PlanModifiers: kept, MarkdownDescription: "ID of the model.",
	}
	attributes["control"] = schema.StringAttribute{
		Required: true, Validators: notEmpty,
		PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
		MarkdownDescription: "Name of the variant that the others are compared with. Changing this forces a new resource to be created.",
	}
	attributes["variants"] = variantsAttribute()
	attributes["target_group_ids"] = schema.SetAttribute{
		ElementType: types.StringType, Optional: true,
		Validators: []validator.Set{setvalidator.ValueStringsAre(notEmpty...)},
		MarkdownDescription: "IDs of the device groups whose members take part. Defaults to all devices. Changed in place, also while " +
			"the experiment is running.",
	}
	attributes["status"] = statusAttribute()
	attributes["on_destroy"] = schema.StringAttribute{
		Optional: true, Computed: true, Default: stringdefault.StaticString(onDestroyKeep),
		Validators: []validator.String{stringvalidator.OneOf(onDestroyKeep, onDestroyComplete, onDestroyCancel)},
		MarkdownDescription: "What a destroy or a replacement does to an experiment that has not ended, because the API cannot delete " +
			"one: `keep` leaves it as it is, so that a running one continues; `complete` ends it, or cancels it if it " +
			"is still a draft; `cancel` ends it without a result. Defaults to `keep`.",
	}
	return schema.Schema{
		MarkdownDescription: "Compares versions of a model on parts of the devices. The API cannot delete an experiment; see " +
			"`on_destroy`.",
		Attributes: attributes,
	}
}

func variantsAttribute() schema.Attribute {
	return schema.MapNestedAttribute{
		Required:      true,
		Validators:    []validator.Map{mapvalidator.SizeAtLeast(2), mapvalidator.KeysAre(stringvalidator.LengthAtLeast(1))},
		PlanModifiers: []planmodifier.Map{requiresReplaceIfVariantsChange},
		MarkdownDescription: "Variants by name, at least two. Their `traffic_allocation` values must add up to 100 and are changed in " +
			"place. Changing names or versions forces a new resource to be created.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"model_version": schema.StringAttribute{
				Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "Version of the model. Changing this forces a new resource to be created.",
			},
			"traffic_allocation": schema.Float64Attribute{
				Required: true, Validators: []validator.Float64{float64validator.Between(0, 100)},
				MarkdownDescription: "Percentage of the participating devices that get the variant, from 0 to 100. Changed in place.",
			},
		}},
	}
}

func statusAttribute() schema.Attribute {
	return schema.StringAttribute{
		Optional: true, Computed: true,
		Validators:    []validator.String{stringvalidator.OneOf(statuses...)},
		PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		MarkdownDescription: "Wanted status: `draft`, `running`, `paused`, `completed` or `cancelled`. Not managed if not set: a new " +
			"experiment is a draft. A draft can be started or canceled; a running or paused experiment can be paused, " +
			"resumed, completed or canceled. `completed` and `cancelled` are final: every later change is an error. " +
			"`active`, which some servers return for a running experiment, counts as `running`.",
	}
}

// settings returns the attributes that map to one setting of the experiment each.
func settings() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"name": schema.StringAttribute{
			Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "Display name. Changing this renames the experiment in place. Several experiments may have the same name; " +
				"an import by name requires a unique one.",
		},
		"description": schema.StringAttribute{
			Optional: true, MarkdownDescription: "Hypothesis that the experiment tests. Changed in place.",
		},
		"traffic_percentage": schema.Float64Attribute{
			Optional: true, Computed: true, Default: float64default.StaticFloat64(defaultTraffic),
			Validators: []validator.Float64{float64validator.Between(0, 100)},
			MarkdownDescription: "Percentage of all devices that take part in the experiment, from 0 to 100. Defaults to `100`. Changed in " +
				"place.",
		},
		"min_sample_size": schema.Int64Attribute{
			Optional: true, Computed: true, Default: int64default.StaticInt64(defaultSample),
			Validators:          []validator.Int64{int64validator.AtLeast(1)},
			MarkdownDescription: "Number of devices that each variant needs before a result counts. Defaults to `100`. Changed in place.",
		},
		"confidence_level": schema.Float64Attribute{
			Optional: true, Computed: true, Default: float64default.StaticFloat64(defaultConfidence),
			Validators: []validator.Float64{float64validator.Between(0.01, 0.9999)},
			MarkdownDescription: "Confidence that a result needs, as a probability from 0.01 to 0.9999. Defaults to `0.95`. Changed in " +
				"place.",
		},
		"primary_metric": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(defaultMetric),
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "Metric that decides the experiment. Defaults to `conversion`. Changed in place.",
		},
	}
}
