package policy

import (
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/float64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/objectplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// unmanagedText is a paragraph of the descriptions.
const unmanagedText = "Only what the configuration sets is managed. Everything else is shown as it is on the server and never written, and what " +
	"leaves the configuration stays on the server as it is. When the resource is destroyed, each setting that it managed gets " +
	"the value back that it had before.\n\n"

func idAttribute() schema.Attribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: "The same as `org_id`."}
}

func orgAttribute(description string) schema.Attribute {
	return schema.StringAttribute{
		Optional: true, Computed: true,
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplace()},
		MarkdownDescription: description + " Default: the `org_id` of the provider block. Another one replaces the resource.",
	}
}

func boolAttribute(description string) schema.Attribute {
	return schema.BoolAttribute{
		Optional: true, Computed: true, MarkdownDescription: description,
		PlanModifiers: []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
	}
}

func float64Attribute(description string, validators ...validator.Float64) schema.Attribute {
	return schema.Float64Attribute{
		Optional: true, Computed: true, MarkdownDescription: description, Validators: validators,
		PlanModifiers: []planmodifier.Float64{float64planmodifier.UseStateForUnknown()},
	}
}

func durationAttribute(description string, validators ...validator.String) schema.Attribute {
	return schema.StringAttribute{
		CustomType: timetypes.GoDurationType{},
		Optional:   true, Computed: true, MarkdownDescription: description, Validators: validators,
		PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown(), sameDuration{}},
	}
}

func nestedAttribute(description string, attributes map[string]schema.Attribute) schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional: true, Computed: true, MarkdownDescription: description, Attributes: attributes,
		PlanModifiers: []planmodifier.Object{objectplanmodifier.UseStateForUnknown()},
	}
}

func int64Attribute(description string) schema.Attribute {
	return schema.Int64Attribute{
		Optional: true, Computed: true, MarkdownDescription: description, Validators: []validator.Int64{int64validator.AtLeast(0)},
		PlanModifiers: []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
	}
}
