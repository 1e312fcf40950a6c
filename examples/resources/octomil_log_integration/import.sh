# By the id of the integration, or by its name.
terraform import octomil_log_integration.loki loki
