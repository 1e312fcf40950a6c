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
		MarkdownDescription: "Manages all members of a static device group. A device that is in the group but not in the list is removed from the " +
			"group. Use only one of these resources per group; two overwrite each other on every apply.\n\n" +
			"The API adds up to 1,000 devices per request and removes one device per request. When the resource is destroyed, the listed devices " +
			"are removed from the group; they remain registered.",
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
				MarkdownDescription: "ID of the group, such as `octomil_device_group.staging.id`. The group must be static. Changing this forces a " +
					"new resource to be created.",
			},
			"device_ids": schema.ListAttribute{
				ElementType:   types.StringType,
				Required:      true,
				Validators:    []validator.List{uniqueDevices{}},
				PlanModifiers: []planmodifier.List{sameDevices{}},
				MarkdownDescription: "Devices of the group, each by its `id` or its `device_identifier`. The order is irrelevant, and no device may be " +
					"listed twice. An empty list removes all members. For more than about 10,000 devices, read the list from a file, such as " +
					"`split(\"\\n\", trimspace(file(\"devices.txt\")))`: Terraform itself takes minutes for a list variable or a literal list of that " +
					"length.",
			},
		},
	}
}
