// Package observation is octomil_metrics_integration and octomil_log_integration: where the organization's metrics and logs go.
package observation
