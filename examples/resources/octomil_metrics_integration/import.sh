# By the id of the integration, or by its name.
terraform import octomil_metrics_integration.datadog datadog
