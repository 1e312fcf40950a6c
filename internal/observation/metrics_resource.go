package observation

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

var metricsEntity = entityOf[metricsModel](metricsKind)

const typeOpenTelemetry = "opentelemetry"

var metricsKind = kind{
	signal:           control.Metrics,
	typeName:         "octomil_metrics_integration",
	description:      "Manages an integration that exports the organization's metrics to a monitoring system.",
	types:            []string{"prometheus", typeOpenTelemetry, "datadog", "statsd"},
	typesDescription: ": `prometheus`, `opentelemetry`, `datadog` or `statsd`.",
	credentialsDescription: "They are the secret keys of the configuration, such as `api_key`. For the type `opentelemetry` they are the HTTP headers " +
		"of each export, such as `Authorization`. The server replaces `config` and the credentials as a whole: if either changes, both are sent.",
	attributes: map[string]schema.Attribute{
		"config": schema.DynamicAttribute{
			Optional: true,
			MarkdownDescription: "Configuration of the integration, as an object, such as `{ site = \"datadoghq.eu\" }` or " +
				"`{ endpoint = \"https://otel.example.com\", interval_seconds = 30 }`. The server defines the keys and their types for each " +
				"`integration_type`. Keys that the server adds are ignored. Set keys with secrets, such as `api_key` or `headers`, in `credentials` " +
				"instead. Updated in place.",
		},
	},
}
