// Package bench measures what the provider costs, with tests behind the build tag bench.
//
// budget_test.go checks how many requests a refresh or an apply takes, against budgets that hold on any machine, and what the plan
// of a huge group costs in seconds and memory; many_test.go what memory the plan of many deployments needs (`make bench-check`).
// table_test.go and upload_test.go measure time and memory beside terraform_data, Terraform's own resource, and beside the trivial provider
// in the folder trivial, as a table in Markdown (`make bench`). pairs_test.go compares plans without changes that take turns, also with
// another build of the provider:
//
//	go test -tags bench -run TestPlansBeside -v ./internal/bench -pairs.other /path/to/terraform-provider-octomil
//
// workload_test.go has the measured configurations, organization_test.go fills a sandbox for them. Start reading in
// measure_test.go.
package bench
