# By the id of the integration, or by its name.
import {
  to = octomil_metrics_integration.datadog
  id = "datadog"
}
