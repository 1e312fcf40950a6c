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

// nullIfUnknown ends the description of what a server may leave out.
const nullIfUnknown = ". Null where the server does not say."

func deviceSchema() schema.Schema {
	useState := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	attributes := map[string]schema.Attribute{
		"id": schema.StringAttribute{
			Computed: true, PlanModifiers: useState, MarkdownDescription: "The id that the server gave to the device.",
		},
		"org_id": schema.StringAttribute{
			Computed: true, PlanModifiers: useState, MarkdownDescription: "The organization of the device.",
		},
		"device_identifier": schema.StringAttribute{
			Required:      true,
			Validators:    []validator.String{stringvalidator.LengthAtLeast(1)},
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			MarkdownDescription: "What the device calls itself, such as a serial number; its `id` does as well. Another one manages another " +
				"device in its place.",
		},
		"name": schema.StringAttribute{
			Optional: true, Computed: true, PlanModifiers: useState,
			MarkdownDescription: "The name for people. Not managed when it is not set: it stays as it is.",
		},
		"labels": schema.MapAttribute{
			ElementType: types.StringType,
			Optional:    true, Computed: true,
			PlanModifiers:       []planmodifier.Map{mapplanmodifier.UseStateForUnknown()},
			MarkdownDescription: "All labels of the device, texts by key. Not managed when they are not set; `{}` takes all away.",
		},
		"status": schema.StringAttribute{
			Optional: true, Computed: true, PlanModifiers: useState,
			Validators: []validator.String{stringvalidator.OneOf("active", "inactive", archived, "revoked")},
			MarkdownDescription: "`active`, `inactive`, `archived` or `revoked`; only active devices take part in deployments. Not managed when " +
				"it is not set.",
		},
		"on_destroy": schema.StringAttribute{
			Optional: true, Computed: true,
			Default:    stringdefault.StaticString(onDestroyKeep),
			Validators: []validator.String{stringvalidator.OneOf(onDestroyKeep, onDestroyArchive)},
			MarkdownDescription: "What a destroy does, since the API cannot delete a device: `keep` (the default) leaves it as it is, `archive` takes " +
				"it out of service.",
		},
		"gpu_available": schema.BoolAttribute{
			Computed: true, PlanModifiers: []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
			MarkdownDescription: "Whether the device has a GPU for models" + nullIfUnknown,
		},
		"total_memory_mb": schema.Int64Attribute{
			Computed: true, PlanModifiers: []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
			MarkdownDescription: "The device's memory in MB" + nullIfUnknown,
		},
	}
	for name, text := range map[string]string{
		"platform": "The platform, such as `ios`", "manufacturer": "Who made the device", "model": "The model of the device itself",
		"created_at": "When the device registered, an RFC 3339 time",
	} {
		attributes[name] = schema.StringAttribute{Computed: true, PlanModifiers: useState, MarkdownDescription: text + nullIfUnknown}
	}
	for name, text := range map[string]string{
		"os_version": "The version of the operating system", "sdk_version": "The version of Octomil's SDK",
		"app_version": "The version of the application", "locale": "The language and country, such as `de-DE`", "region": "Where the device is, as it says itself",
	} {
		attributes[name] = schema.StringAttribute{Computed: true, MarkdownDescription: text + nullIfUnknown}
	}
	return schema.Schema{
		MarkdownDescription: "A device that has registered itself: its name, labels and status. Creating the resource takes over a device that is there " +
			"already, and destroying it does not delete the device, which the API cannot do.",
		Attributes: attributes,
	}
}
