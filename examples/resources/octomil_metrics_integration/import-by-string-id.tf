# By the ID or the name of the integration.
import {
  to = octomil_metrics_integration.datadog
  id = "datadog"
}
