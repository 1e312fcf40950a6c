# By the ID or the name of the integration.
import {
  to = octomil_log_integration.loki
  id = "loki"
}
