// Package observation implements octomil_metrics_integration and octomil_log_integration: where the metrics and logs of the
// organization are sent. The data sources octomil_metrics_integrations and octomil_log_integrations omit whatever may be a secret.
//
// The two resources differ in a few attributes and API paths, which a kind describes; everything else is shared. Both have
// write-only credentials. Private state keeps a fingerprint of the credentials that were sent last, and credentials_revision makes
// a change of them visible in a plan.
//
// Start reading at resource.go and the two kinds in metrics_resource.go and log_resource.go. plan.go decides
// whether a plan sends credentials, config.go maps the free-form config of a metrics integration between Terraform and JSON.
package observation
