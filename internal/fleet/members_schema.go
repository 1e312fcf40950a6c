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
			"are removed from the group; they remain registered. To delete a large group together with its members, without a request for each device, " +
			"replace the membership by a `removed` block with `destroy = false` in the change that deletes the group.",
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
			listAttribute: schema.ListAttribute{
				ElementType:   types.StringType,
				Optional:      true,
				Validators:    []validator.List{uniqueDevices{}},
				PlanModifiers: []planmodifier.List{sameDevices{}},
				MarkdownDescription: "Devices of the group, each by its `id` or its `device_identifier`. The order is irrelevant, and no device may be " +
					"listed twice. An empty list removes all members. Exactly one of `device_ids` and `devices` must be set. For more than about " +
					"3,000 devices, use `devices`: Terraform compares each element of a list with each other one before it shows a plan, which takes it " +
					"several seconds and 900 MB for 10,000 devices, even if nothing changes.",
			},
			mapAttribute: schema.MapAttribute{
				ElementType: types.StringType,
				Optional:    true,
				Validators:  []validator.Map{uniqueDevices{}},
				MarkdownDescription: "Devices of the group as a map, for large groups. A value is the `id` or the `device_identifier` of a device, and no device " +
					"may be listed twice. A key is a name of your choice, which the plan shows beside the device; other keys for the same devices change " +
					"nothing on the server. A device that was added to the group outside of Terraform has its ID as its key. An empty map removes all " +
					"members. Changing from `device_ids` to `devices`, or back, changes only the state if the devices are the same. To list the lines of a " +
					"file, use `{ for id in split(\"\\n\", trimspace(file(\"devices.txt\"))) : id => id }`.",
			},
		},
	}
}
