list "octomil_metrics_integration" "all" {
  provider = octomil
}

list "octomil_metrics_integration" "datadog" {
  provider = octomil

  config {
    integration_type = "datadog"
  }
}
