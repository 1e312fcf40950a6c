package fleet

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func membersSchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "All members of a static device group. A device that is in the group and not in the list is removed from it; " +
			"a group that has this resource twice gets no rest.\n\n" +
			"Devices are added a thousand at a time and removed one by one, as the API does it. When the resource is destroyed, the devices " +
			"in its list leave the group; they stay registered.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "The same as `group_id`.",
			},
			"group_id": schema.StringAttribute{
				Required:      true,
				Validators:    []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "The id of the group, such as `octomil_device_group.staging.id`. The group must be static. Another group " +
					"replaces the resource.",
			},
			"device_ids": schema.ListAttribute{
				ElementType:   types.StringType,
				Required:      true,
				Validators:    []validator.List{uniqueDevices{}},
				PlanModifiers: []planmodifier.List{sameDevices{}},
				MarkdownDescription: "The devices, each by its `id` or by its `device_identifier`. Their order means nothing, and none may be " +
					"listed twice. An empty list empties the group. More than some 10 000 devices are best read as one text, such as " +
					"`split(\"\\n\", trimspace(file(\"devices.txt\")))`: a list variable, or a list that is written out, takes Terraform itself " +
					"minutes at that length.",
			},
		},
	}
}
