// Package deployment is Terraform's side of a rollout: the resource octomil_model_deployment, a version pinned to a fleet or to one of
// its device groups; its list resource; the data sources octomil_rollout_status, octomil_rollouts, octomil_deployment_preview and octomil_promotion; and
// the actions octomil_rollback and octomil_rollout_pause, _resume, _advance and _cancel.
//
// What an operation is, how it is decided, sent and waited for is in package rollout, which knows no Terraform type. Here, plan.go shows
// in a plan what is going to happen, apply.go does it, and destroy.go is the end. checks.go has every guard once; plan and apply use the
// same ones. diagnostics.go and action_diagnostics.go have every sentence that a user reads. model.go maps Terraform's values to those of package rollout and
// back. lookup.go finds models, groups and versions by name.
package deployment
