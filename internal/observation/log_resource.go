package observation

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

var logEntity = entityOf[logModel](logKind)

var logKind = kind{
	signal:                 control.Logs,
	typeName:               "octomil_log_integration",
	description:            "Manages an integration that streams the organization's logs to another system.",
	typesDescription:       ", such as `otlp`.",
	credentialsDescription: "They are the HTTP headers of each request, such as `Authorization`.",
	attributes: map[string]schema.Attribute{
		"endpoint_url": schema.StringAttribute{
			Required:            true,
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "HTTP or HTTPS URL that the logs are sent to. Updated in place.",
		},
		"format": schema.StringAttribute{
			Optional: true, Computed: true,
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			MarkdownDescription: "Format of the logs, such as `json`. If omitted, the server chooses the format. Updated in place.",
		},
	},
}
