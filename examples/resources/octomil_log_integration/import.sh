# By the ID or the name of the integration.
terraform import octomil_log_integration.loki loki
