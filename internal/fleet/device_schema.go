package fleet

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// nullIfUnknown ends the description of an attribute that the server may omit.
const nullIfUnknown = ". Null if the server does not report it."

func deviceSchema() schema.Schema {
	useState := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	attributes := map[string]schema.Attribute{
		"id": schema.StringAttribute{
			Computed: true, PlanModifiers: useState, MarkdownDescription: "ID of the device, assigned by the server.",
		},
		"org_id": schema.StringAttribute{
			Computed: true, PlanModifiers: useState, MarkdownDescription: "ID of the organization of the device.",
		},
		"device_identifier": schema.StringAttribute{
			Required:      true,
			Validators:    []validator.String{stringvalidator.LengthAtLeast(1)},
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			MarkdownDescription: "Identifier that the device registered with, such as a serial number, or the `id` of the device. Changing this " +
				"forces a new resource to be created, which manages the other device.",
		},
		"name": schema.StringAttribute{
			Optional: true, Computed: true, PlanModifiers: useState,
			MarkdownDescription: "Display name. If omitted, the name is not managed and stays as it is.",
		},
		"labels": schema.MapAttribute{
			ElementType: types.StringType,
			Optional:    true, Computed: true,
			PlanModifiers: []planmodifier.Map{mapplanmodifier.UseStateForUnknown()},
			MarkdownDescription: "Labels of the device, as a map of strings. The map is managed as a whole; `{}` removes all labels. If omitted, " +
				"the labels are not managed.",
		},
		"status": schema.StringAttribute{
			Optional: true, Computed: true, PlanModifiers: useState,
			Validators: []validator.String{stringvalidator.OneOf("active", "inactive", archived, "revoked")},
			MarkdownDescription: "Status of the device: `active`, `inactive`, `archived` or `revoked`. Only active devices take part in " +
				"deployments. If omitted, the status is not managed.",
		},
		"on_destroy": schema.StringAttribute{
			Optional: true, Computed: true,
			Default:    stringdefault.StaticString(onDestroyKeep),
			Validators: []validator.String{stringvalidator.OneOf(onDestroyKeep, onDestroyArchive)},
			MarkdownDescription: "What to do with the device on destroy, since the API cannot delete it: `keep` leaves it unchanged, `archive` sets " +
				"its status to `archived`. Defaults to `keep`.",
		},
		"gpu_available": schema.BoolAttribute{
			Computed: true, PlanModifiers: []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
			MarkdownDescription: "Whether the device has a GPU that can run models" + nullIfUnknown,
		},
		"total_memory_mb": schema.Int64Attribute{
			Computed: true, PlanModifiers: []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
			MarkdownDescription: "Memory of the device, in MB" + nullIfUnknown,
		},
	}
	for name, text := range map[string]string{
		"platform": "Platform, such as `ios`", "manufacturer": "Manufacturer of the device", "model": "Hardware model of the device",
		"created_at": "Time of the registration, in RFC 3339 format",
	} {
		attributes[name] = schema.StringAttribute{Computed: true, PlanModifiers: useState, MarkdownDescription: text + nullIfUnknown}
	}
	for name, text := range map[string]string{
		"os_version": "Version of the operating system", "sdk_version": "Version of the Octomil SDK",
		"app_version": "Version of the application", "locale": "Language and country, such as `de-DE`", "region": "Region that the device reports",
	} {
		attributes[name] = schema.StringAttribute{Computed: true, MarkdownDescription: text + nullIfUnknown}
	}
	return schema.Schema{
		MarkdownDescription: "Manages the name, labels and status of a registered device. Devices register themselves: creating this resource adopts an " +
			"existing device, and destroying it does not delete the device, because the API cannot delete one.",
		Attributes: attributes,
	}
}
