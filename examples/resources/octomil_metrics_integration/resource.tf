# The secret is stored in neither the state nor the plan. Set it with TF_VAR_datadog_api_key.
variable "datadog_api_key" {
  type      = string
  ephemeral = true
  default   = null
}

resource "octomil_metrics_integration" "datadog" {
  name             = "datadog"
  integration_type = "datadog"
  config           = { site = "datadoghq.eu" }
  credentials      = { api_key = var.datadog_api_key }
}

resource "octomil_metrics_integration" "otel" {
  name             = "otel"
  integration_type = "opentelemetry"

  config = {
    endpoint         = "https://otel.example.com:4318"
    interval_seconds = 30
    labels           = { env = "production" }
  }
}
