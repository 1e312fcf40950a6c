package fleet

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func groupSchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "A group of devices, to which `octomil_model_deployment` can deploy a model by the group's `name`.\n\n" +
			"The members of a static group are listed with `octomil_device_group_members`, those of a dynamic group are the devices that " +
			"match all of its `rules`, and a hybrid group has both. Devices stay registered when their group is deleted.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "The id that the server gave to the group.",
			},
			"org_id": schema.StringAttribute{
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "The organization of the group: the `org_id` of the provider block, else that of the API key.",
			},
			"name": schema.StringAttribute{
				Required:   true,
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "The name, which is unique in the organization. Another one renames the group in place; " +
					"`octomil_model_deployment` names groups by it.",
			},
			"description": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "What the group is for, in your own words.",
			},
			"group_type": schema.StringAttribute{
				Optional: true, Computed: true,
				Default:       stringdefault.StaticString(control.GroupStatic),
				Validators:    []validator.String{stringvalidator.OneOf(control.GroupStatic, control.GroupDynamic, control.GroupHybrid)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "How the group gets its members: `static` (the default) by hand, `dynamic` by `rules`, `hybrid` by both. " +
					"Another type replaces the group.",
			},
			"tags": schema.SetAttribute{
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.Set{setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
				MarkdownDescription: "Words by which to find the group again. They decide nothing about its members.",
			},
			"rules": schema.ListNestedAttribute{
				Optional:     true,
				NestedObject: schema.NestedAttributeObject{Attributes: ruleAttributes()},
				MarkdownDescription: "What a device must be to belong to a dynamic or hybrid group: all rules must hold. Their order means nothing.\n\n" +
					ruleTable(),
			},
		},
	}
}

func ruleAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"field": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "The property of the device, such as `platform`.",
		},
		"operator": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "How the property is compared: `eq`, `neq`, `in`, `gte`, `lte`, `gt` or `lt`, as far as the field allows it.",
		},
		"value": schema.StringAttribute{
			Required: true,
			MarkdownDescription: "What the property is compared with. Several values of `in` are separated by commas: `ios,android`. Versions are " +
				"compared as versions, `ram_gb` as a number; `gpu_available` and `npu_available` are `true` or `false`.",
		},
	}
}

// ruleTable is the fields and their operators for the documentation.
func ruleTable() string {
	var table strings.Builder
	table.WriteString("| field | operators |\n| --- | --- |\n")
	for _, f := range ruleFields {
		table.WriteString("| `" + f.name + "` | `" + strings.Join(f.operators, "`, `") + "` |\n")
	}
	return table.String()
}
