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
		MarkdownDescription: "Manages a group of devices. `octomil_model_deployment` deploys a model to a group by the group's `name`.\n\n" +
			"The members of a static group are listed with `octomil_device_group_members`. The members of a dynamic group are the devices that " +
			"match all of its `rules`. A hybrid group has both. Devices remain registered when their group is deleted.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "ID of the group, assigned by the server.",
			},
			"org_id": schema.StringAttribute{
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "ID of the organization of the group: the provider's `org_id`, or the organization of the API key.",
			},
			"name": schema.StringAttribute{
				Required:   true,
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "Name of the group, unique in the organization. Changing this renames the group in place. " +
					"`octomil_model_deployment` refers to groups by this name.",
			},
			"description": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Description of the group.",
			},
			"group_type": schema.StringAttribute{
				Optional: true, Computed: true,
				Default:       stringdefault.StaticString(control.GroupStatic),
				Validators:    []validator.String{stringvalidator.OneOf(control.GroupStatic, control.GroupDynamic, control.GroupHybrid)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "How the group gets its members: `static` lists them, `dynamic` selects them by `rules`, `hybrid` does both. " +
					"Defaults to `static`. Changing this forces a new resource to be created.",
			},
			"tags": schema.SetAttribute{
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.Set{setvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
				MarkdownDescription: "Tags for finding the group. They have no effect on its members.",
			},
			"rules": schema.ListNestedAttribute{
				Optional:     true,
				NestedObject: schema.NestedAttributeObject{Attributes: ruleAttributes()},
				MarkdownDescription: "Rules that select the devices of a dynamic or hybrid group. A device must match all rules; their order is " +
					"irrelevant.\n\n" +
					ruleTable(),
			},
		},
	}
}

func ruleAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"field": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Property of the device, such as `platform`.",
		},
		"operator": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Operator of the comparison: `eq`, `neq`, `in`, `gte`, `lte`, `gt` or `lt`, if the field supports it.",
		},
		"value": schema.StringAttribute{
			Required: true,
			MarkdownDescription: "Value to compare the property with. Separate several values of `in` with commas: `ios,android`. Versions are " +
				"compared as versions, `ram_gb` as a number. `gpu_available` and `npu_available` are `true` or `false`.",
		},
	}
}

// ruleTable documents the fields and their operators.
func ruleTable() string {
	var table strings.Builder
	table.WriteString("| field | operators |\n| --- | --- |\n")
	for _, f := range ruleFields {
		table.WriteString("| `" + f.name + "` | `" + strings.Join(f.operators, "`, `") + "` |\n")
	}
	return table.String()
}
