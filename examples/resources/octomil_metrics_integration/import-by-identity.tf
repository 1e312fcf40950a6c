import {
  to = octomil_metrics_integration.datadog
  identity = {
    org_id = "demo"
    id     = "met_00000001"
  }
}
