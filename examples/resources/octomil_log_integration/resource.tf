# The secret is stored in neither the state nor the plan. Set it with TF_VAR_loki_token.
variable "loki_token" {
  type      = string
  ephemeral = true
  default   = null
}

resource "octomil_log_integration" "loki" {
  name             = "loki"
  integration_type = "otlp"
  endpoint_url     = "https://loki.example.com/otlp/v1/logs"
  format           = "json"
  credentials      = { Authorization = var.loki_token }
}
