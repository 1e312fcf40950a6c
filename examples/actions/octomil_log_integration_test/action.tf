# terraform apply -invoke=action.octomil_log_integration_test.otlp
action "octomil_log_integration_test" "otlp" {
  config {
    id = "log_00000001"
  }
}
