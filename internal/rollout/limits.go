package rollout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// PolicyError means that the organization's policy, whose limits a rollout respects, could not be read.
type PolicyError struct {
	Err error
	// Absent is true where the server has no settings, or the organization is not known: then no limit can be known, and the server
	// alone enforces its policy.
	Absent bool
}

func (e *PolicyError) Error() string { return e.Err.Error() }

func (e *PolicyError) Unwrap() error { return e.Err }

// errNoOrganization is why the policy of a key's organization cannot be read.
var errNoOrganization = errors.New("the organization of the API key is not known")

// policyAge is how old the policy may be by which an apply plans the steps of a rollout. Several rollouts begin at about the same time.
const policyAge = 30 * time.Second

// readLimits reads the policy. A failure is never "no limit": the error is a *PolicyError.
func readLimits(ctx context.Context, client *control.Client, modelID string) (control.RolloutLimits, error) {
	org := client.OrgID()
	if org == "" { // the model says whose it is
		m, _, err := client.ResolveModel(ctx, modelID)
		if err != nil {
			return control.RolloutLimits{}, &PolicyError{Err: err}
		}
		org = m.OrgID
	}
	if org == "" {
		return control.RolloutLimits{}, &PolicyError{Err: errNoOrganization, Absent: true}
	}
	settings, err := client.Settings(client.SharingSettings(ctx, policyAge), org)
	if err != nil {
		return control.RolloutLimits{}, &PolicyError{Err: err, Absent: control.NoSuchRoute(err)}
	}
	limits, err := settings.RolloutLimits()
	if err != nil {
		return control.RolloutLimits{}, &PolicyError{Err: err}
	}
	return limits, nil
}

// StepError means that an operation would take a larger step than the organization's policy allows.
type StepError struct {
	From, To float64
	// Limit is the most that one step may add, in percent.
	Limit float64
}

func (e *StepError) Error() string {
	return fmt.Sprintf("a step from %g to %g percent exceeds the limit of the organization's policy of %g percent (max_rollout_step_percent)",
		e.From, e.To, e.Limit)
}

// NeedsApproval reports whether the policy requires an approval of a step of the operation: of each increase of the percentage of a
// rollout that has begun.
func (p Proposal) NeedsApproval() bool {
	if !p.Limits.Approval {
		return false
	}
	at := p.own()
	return len(p.Steps) > 1 || p.Operation.Kind != Deploy && at != nil && at.Percentage < p.Steps[0].Percentage
}
