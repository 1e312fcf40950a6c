# terraform apply -invoke=action.octomil_metrics_integration_test.datadog
action "octomil_metrics_integration_test" "datadog" {
  config {
    id = "met_00000001"
  }
}
