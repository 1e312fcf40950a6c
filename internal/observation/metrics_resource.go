package observation

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

var metricsEntity = nounOf[metricsModel](metricsKind)

const typeOpenTelemetry = "opentelemetry"

var metricsKind = kind{
	signal:           control.Metrics,
	typeName:         "octomil_metrics_integration",
	description:      "Exports the organization's metrics to a monitoring system.",
	types:            []string{"prometheus", typeOpenTelemetry, "datadog", "statsd"},
	typesDescription: ": `prometheus`, `opentelemetry`, `datadog` or `statsd`.",
	credentialsDescription: "They are the keys of the configuration that nobody may see, such as `api_key`; of type `opentelemetry` they are the HTTP " +
		"headers of each export, such as `Authorization`. The server takes `config` and the credentials as a whole: where one of the two " +
		"changes, both are sent.",
	attributes: map[string]schema.Attribute{
		"config": schema.DynamicAttribute{
			Optional: true,
			MarkdownDescription: "What this type of integration needs, as an object: for example `{ site = \"datadoghq.eu\" }`, or " +
				"`{ endpoint = \"https://otel.example.com\", interval_seconds = 30 }`. The names and types are the server's. What the server adds by " +
				"itself is left alone. Keys of secrets, such as `api_key` or `headers`, belong into `credentials`. Another configuration is written " +
				"in place.",
		},
	},
}
