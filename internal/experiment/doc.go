// Package experiment manages octomil_experiment: versions of a model that are compared on percentages of the devices. The
// data source is octomil_experiments.
//
// The API can change the allocations and the status of an experiment, but neither its variants nor anything after its end, and it
// cannot delete one. So a plan rejects what the status does not permit, and on_destroy says what a destroy does instead.
//
// Start reading at the entity in resource.go. model.go maps it to Terraform and back, plan.go holds the checks of a plan, status.go
// the transitions between statuses. The package depends on control for requests and on resourcekit for everything that all
// resources share.
package experiment
