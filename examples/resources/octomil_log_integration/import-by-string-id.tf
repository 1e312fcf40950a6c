# By the id of the integration, or by its name.
import {
  to = octomil_log_integration.loki
  id = "loki"
}
