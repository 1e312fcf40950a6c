data "octomil_metrics_integrations" "datadog" {
  integration_type = "datadog"
}

output "metrics_are_sent" {
  value = anytrue(data.octomil_metrics_integrations.datadog.metrics_integrations[*].enabled)
}
