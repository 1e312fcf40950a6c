// Package resourcekit is what every resource and data source shares: the configured client, errors of the API as
// diagnostics, the one waiter, and the mapping of the API's values to Terraform's.
package resourcekit
