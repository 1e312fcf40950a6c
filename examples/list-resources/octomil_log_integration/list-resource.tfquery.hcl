list "octomil_log_integration" "all" {
  provider = octomil
}

list "octomil_log_integration" "otlp" {
  provider = octomil

  config {
    integration_type = "otlp"
  }
}
