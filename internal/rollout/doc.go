// Package rollout is the engine behind octomil_model_deployment, the rollout actions and the deployment preview. It knows no
// Terraform type: it decides what brings a fleet or a device group to a wanted version, does it through the control API, and waits
// until the devices have followed.
//
// # The life of a rollout
//
// A Scope names a model on the whole fleet or on one device group, and NewTarget returns its Target. Target.Read returns its State:
// the version that is targeted, the rollout that is open, the versions that were deployed before. A Spec is what is wanted: a
// version (the pin), a percentage, stages on the way there. Decide compares the two and chooses an Operation, purely, so that a plan
// and the apply after it decide alike:
//
//   - None: the pin is targeted and has its percentage. Adopt is the same for a pin that is new: it is remembered, not written.
//   - Deploy: the pin is rolled out, at the percentage of the first step. An open rollout of another version is canceled.
//   - Rollback: the pin is older than the targeted version and was deployed before. All devices return to it immediately, also those
//     of a rollout in progress, which is canceled. Stages and percentage are ignored. Which version is older follows from the order in
//     which they came to the target, not from how they are spelled.
//   - Advance: the rollout of the pin gets a larger percentage. So does a group that devices have joined without the pin.
//   - Resume: a rollout of the pin exists already; it is attached to, started or resumed as needed, and waited for.
//   - Pause: the rollout of the pin stops assigning devices.
//
// Propose puts state, spec and operation together into a Proposal. Proposal.CountAffected adds how many devices change,
// Proposal.PlanSteps the percentages on the way. Target.Start sends the operation, Wait polls the accepted rollout until it has
// reached the percentage of the step, Bake watches it for a while, and Target.SetPercentage takes the next step. The Result that
// passes through them always holds the State that was seen last, so that it can be saved whatever happens next.
//
// A rollout that will never get there (rolled back, canceled, paused, deleted, replaced) ends a wait with an Error; a wait that ran out of time
// ends with an IncompleteError, and the rollout goes on. What must outlive a run, such as the pin of the last apply, is in Private.
//
// The operation is decided in operation.go, what was deployed and rolled back is read from a model's rollouts in history.go, and
// everything about waiting is in wait.go.
package rollout
