resource "octomil_metrics_integration" "datadog" {
  name             = "datadog"
  integration_type = "datadog"
  config           = { site = "datadoghq.eu" }
  credentials      = { api_key = var.monitoring_key }
}

resource "octomil_log_integration" "collector" {
  name             = "collector"
  integration_type = "otlp"
  endpoint_url     = "https://logs.example.com/v1/logs"
  format           = "json"
  credentials      = { Authorization = "Bearer ${var.monitoring_key}" }
}
