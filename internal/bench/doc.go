// Package bench measures what the provider costs: in requests, which have budgets that hold on any machine, and in time and memory
// beside Terraform's own resource, which are a table.
package bench
