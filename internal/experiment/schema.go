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

// What the vendor's SDK sends where its caller does not say.
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
		Computed: true, PlanModifiers: kept, MarkdownDescription: "The id that the server gave to the experiment.",
	}
	attributes["org_id"] = schema.StringAttribute{
		Computed: true, PlanModifiers: kept,
		MarkdownDescription: "The organization of the experiment: the `org_id` of the provider block, else that of the API key.",
	}
	attributes["model"] = schema.StringAttribute{
		Required: true, Validators: notEmpty,
		MarkdownDescription: "The model, by name or id. Another model replaces the experiment; another word for the same one does not.",
	}
	attributes["model_id"] = schema.StringAttribute{
		Computed: true, PlanModifiers: kept, MarkdownDescription: "The id of the model.",
	}
	attributes["control"] = schema.StringAttribute{
		Required: true, Validators: notEmpty,
		PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
		MarkdownDescription: "The name of the variant that the others are compared with. Another one replaces the experiment.",
	}
	attributes["variants"] = variantsAttribute()
	attributes["target_group_ids"] = schema.SetAttribute{
		ElementType: types.StringType, Optional: true,
		Validators: []validator.Set{setvalidator.ValueStringsAre(notEmpty...)},
		MarkdownDescription: "The ids of the device groups whose members take part. Without it, all devices do. Another set is written in " +
			"place, also while the experiment runs.",
	}
	attributes["status"] = statusAttribute()
	attributes["on_destroy"] = schema.StringAttribute{
		Optional: true, Computed: true, Default: stringdefault.StaticString(onDestroyKeep),
		Validators: []validator.String{stringvalidator.OneOf(onDestroyKeep, onDestroyComplete, onDestroyCancel)},
		MarkdownDescription: "What a destroy or a replacement does to an experiment that has not ended, since the API cannot delete one: " +
			"`keep` (the default) leaves it as it is, so that a running one goes on; `complete` ends it, or cancels it where it is still a " +
			"draft; `cancel` ends it without a result.",
	}
	return schema.Schema{
		MarkdownDescription: "An experiment: versions of a model that are compared on shares of the devices. The API cannot delete it; see " +
			"`on_destroy`.",
		Attributes: attributes,
	}
}

func variantsAttribute() schema.Attribute {
	return schema.MapNestedAttribute{
		Required:      true,
		Validators:    []validator.Map{mapvalidator.SizeAtLeast(2), mapvalidator.KeysAre(stringvalidator.LengthAtLeast(1))},
		PlanModifiers: []planmodifier.Map{requiresReplaceIfVariantsChange},
		MarkdownDescription: "The variants by their names, two or more. Their allocations add up to 100 and are changed in place; other names " +
			"or versions replace the experiment.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"model_version": schema.StringAttribute{
				Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "The version of the model. Another one replaces the experiment.",
			},
			"traffic_allocation": schema.Float64Attribute{
				Required: true, Validators: []validator.Float64{float64validator.Between(0, 100)},
				MarkdownDescription: "The share of the devices that take part, in percent from 0 to 100. Changed in place.",
			},
		}},
	}
}

func statusAttribute() schema.Attribute {
	return schema.StringAttribute{
		Optional: true, Computed: true,
		Validators:    []validator.String{stringvalidator.OneOf(statuses...)},
		PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		MarkdownDescription: "The status that is wanted: `draft`, `running`, `paused`, `completed` or `cancelled`. Not managed when it is not " +
			"set: a new experiment is a draft. A draft can be started or cancelled, a running or paused one be paused, resumed, completed or " +
			"cancelled. `completed` and `cancelled` are final: every later change is an error. Servers that call a running experiment `active` " +
			"mean the same.",
	}
}

// settings are the attributes that are nothing but a value of the server's.
func settings() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"name": schema.StringAttribute{
			Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "The name for people. Another one renames the experiment in place. Several experiments may have one name; an " +
				"import by the name needs it to be the only one.",
		},
		"description": schema.StringAttribute{
			Optional: true, MarkdownDescription: "What the experiment is to find out, in your own words. Changed in place.",
		},
		"traffic_percentage": schema.Float64Attribute{
			Optional: true, Computed: true, Default: float64default.StaticFloat64(defaultTraffic),
			Validators:          []validator.Float64{float64validator.Between(0, 100)},
			MarkdownDescription: "The share of the devices that take part at all, in percent from 0 to 100. Default `100`. Changed in place.",
		},
		"min_sample_size": schema.Int64Attribute{
			Optional: true, Computed: true, Default: int64default.StaticInt64(defaultSample),
			Validators:          []validator.Int64{int64validator.AtLeast(1)},
			MarkdownDescription: "How many devices each variant needs before a result counts. Default `100`. Changed in place.",
		},
		"confidence_level": schema.Float64Attribute{
			Optional: true, Computed: true, Default: float64default.StaticFloat64(defaultConfidence),
			Validators:          []validator.Float64{float64validator.Between(0.01, 0.9999)},
			MarkdownDescription: "How sure a result must be, as a probability from 0.01 to 0.9999. Default `0.95`. Changed in place.",
		},
		"primary_metric": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(defaultMetric),
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "The metric that decides. Default `conversion`. Changed in place.",
		},
	}
}
