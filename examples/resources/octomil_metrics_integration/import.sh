# By the ID or the name of the integration.
terraform import octomil_metrics_integration.datadog datadog
