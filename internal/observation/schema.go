package observation

import (
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

const typeOpenTelemetry = "opentelemetry"

var metricsFlavour = flavour{
	signal:   control.Metrics,
	typeName: "octomil_metrics_integration",
	about:    "Exports the organization's metrics to a monitoring system.",
	types:    []string{"prometheus", typeOpenTelemetry, "datadog", "statsd"},
	typeText: ": `prometheus`, `opentelemetry`, `datadog` or `statsd`.",
	secretTo: "They are the keys of the configuration that nobody may see, such as `api_key`; of type `opentelemetry` they are the HTTP " +
		"headers of each export, such as `Authorization`. The server takes `config` and the credentials as a whole: where one of the two " +
		"changes, both are sent.",
	ownFields: map[string]schema.Attribute{
		"config": schema.DynamicAttribute{
			Optional: true,
			MarkdownDescription: "What this type of integration needs, as an object: for example `{ site = \"datadoghq.eu\" }`, or " +
				"`{ endpoint = \"https://otel.example.com\", interval_seconds = 30 }`. The names and types are the server's. What the server adds by " +
				"itself is left alone. Keys of secrets, such as `api_key` or `headers`, belong into `credentials`. Another configuration is written " +
				"in place.",
		},
	},
}

var logFlavour = flavour{
	signal:   control.Logs,
	typeName: "octomil_log_integration",
	about:    "Streams the organization's logs to another system.",
	typeText: ", such as `otlp`.",
	secretTo: "They are the HTTP headers of each request, such as `Authorization`.",
	ownFields: map[string]schema.Attribute{
		"endpoint_url": schema.StringAttribute{
			Required:            true,
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "The http or https URL that the logs are sent to. Another one is written in place.",
		},
		"format": schema.StringAttribute{
			Optional: true, Computed: true,
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			MarkdownDescription: "The format of the logs, such as `json`. Without it the server chooses. Another one is written in place.",
		},
	},
}

func (f flavour) schema() schema.Schema {
	kept := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	typed := []validator.String{stringvalidator.LengthAtLeast(1)}
	if f.types != nil {
		typed = []validator.String{stringvalidator.OneOf(f.types...)}
	}
	attributes := map[string]schema.Attribute{
		"id": schema.StringAttribute{
			Computed: true, PlanModifiers: kept, MarkdownDescription: "The id that the server gave to the integration.",
		},
		"org_id": schema.StringAttribute{
			Computed: true, PlanModifiers: kept,
			MarkdownDescription: "The organization of the integration: the `org_id` of the provider block, else that of the API key.",
		},
		"name": schema.StringAttribute{
			Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "The name for people. Another one renames the integration in place. Several integrations may have one name; an " +
				"import by the name needs it to be the only one.",
		},
		"integration_type": schema.StringAttribute{
			Required: true, Validators: typed,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			MarkdownDescription: "The type of the integration" + f.typeText + " Another one replaces the integration.",
		},
		"enabled": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(true),
			MarkdownDescription: "Whether anything is sent. Default `true`. Another value is written in place.",
		},
		"credentials": schema.MapAttribute{
			ElementType: types.StringType,
			Optional:    true, Sensitive: true, WriteOnly: true,
			MarkdownDescription: "Secrets, texts by name, which are sent and kept neither in the state nor in a plan; they need Terraform 1.11 " +
				"or newer. " +
				f.secretTo + "\n\nOther credentials than those that were sent last are sent in place, and none take away what there was. What " +
				"somebody else has changed on the server cannot be seen. After an import they are sent once, if they are set.",
		},
		"credentials_revision": schema.Int64Attribute{
			Computed:            true,
			PlanModifiers:       []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
			MarkdownDescription: "How often Terraform has sent other credentials. A plan that is going to send some shows it as known after apply.",
		},
	}
	maps.Copy(attributes, f.ownFields)
	return schema.Schema{MarkdownDescription: f.about, Attributes: attributes}
}

// validate looks at what a schema cannot say of a configuration.
func validate(config any, diags *diag.Diagnostics) {
	m, ok := config.(metricsModel)
	if !ok || m.Config.IsNull() || m.Config.IsUnknown() || m.Config.IsUnderlyingValueNull() || m.Config.IsUnderlyingValueUnknown() {
		return
	}
	at := path.Root("config")
	if membersOf(m.Config) == nil {
		diags.AddAttributeError(at, "The configuration is no object", "config must be an object such as { site = \"datadoghq.eu\" }.")
		return
	}
	if names := credentialsIn(m.Config); len(names) > 0 {
		diags.AddAttributeError(at, "The configuration holds a secret", fmt.Sprintf("config would be kept in the state, readable for everybody "+
			"who can read it. Move %s to credentials.", strings.Join(names, ", ")))
	}
}
