import {
  to = octomil_log_integration.loki
  identity = {
    org_id = "demo"
    id     = "log_00000001"
  }
}
