// Package federation implements octomil_federation: organizations that train models together, within a privacy budget. The
// data source is octomil_federations.
//
// The API can create a federation and add to it, but can neither delete it nor remove anything from it. Three things follow: a
// create adopts a federation that an earlier run left behind, a plan warns of what it cannot remove, and a read shows only the
// models and members that the configuration names.
//
// Start reading at the entity in resource.go. model.go maps it to Terraform and back, plan.go holds the checks of a plan. The
// package depends on control for requests and on resourcekit for everything that all resources share.
package federation
