package rollout

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// ErrorKind is how a rollout ended, or stopped, before it had reached what was wanted.
type ErrorKind int

// The kinds of an Error.
const (
	// ErrorRolledBack: a person, or the organization's policy, rolled it back.
	ErrorRolledBack ErrorKind = iota
	// ErrorCanceled: it was canceled; what ran before it runs again.
	ErrorCanceled
	// ErrorPaused: it was paused.
	ErrorPaused
	// ErrorDeleted: its record was deleted, which cancels it.
	ErrorDeleted
	// ErrorOtherVersion: the record is of another version.
	ErrorOtherVersion
	// ErrorReplaced: it got there, and another version has been deployed since.
	ErrorReplaced
	// ErrorTakenOver: another deployment has given members of the group another version.
	ErrorTakenOver
)

// Error is a rollout that will not reach what was wanted by waiting longer.
type Error struct {
	Kind ErrorKind
	Progress
	// By is the version of an ErrorTakenOver, Devices the number of members that have it, and Rival the group whose deployment has
	// assigned it, nil where that is not known.
	By      string
	Devices int
	Rival   *Rival
}

func (e *Error) Error() string {
	r := e.Rollout
	switch e.Kind {
	case ErrorCanceled:
		text := fmt.Sprintf("rollout %s of %s was canceled at %g percent", r.ID, r.Version, r.Percentage)
		if counted := e.devices(); counted != "" {
			text += ", " + counted
		}
		return text
	case ErrorPaused:
		return fmt.Sprintf("rollout %s of %s is paused at %g percent", r.ID, r.Version, r.Percentage)
	case ErrorDeleted:
		return fmt.Sprintf("rollout %s of %s was canceled and its record deleted", r.ID, r.Version)
	case ErrorOtherVersion:
		return fmt.Sprintf("the server returned rollout %s with version %s", r.ID, r.Version)
	case ErrorReplaced:
		return fmt.Sprintf("%s was deployed, but another version has replaced it since", r.Version)
	case ErrorTakenOver:
		return e.takenOver()
	case ErrorRolledBack:
	}
	text := fmt.Sprintf("rollout %s of %s was rolled back", r.ID, r.Version)
	switch r.Trigger {
	case TriggerAuto:
		text += " automatically by the organization's policy"
	case TriggerManual:
		text += " manually"
	}
	text += fmt.Sprintf(" at %g percent", r.Percentage)
	if counted := e.devices(); counted != "" {
		text += ", " + counted
	}
	if r.Reason != "" {
		text += ": " + r.Reason
	}
	return text
}

// takenOver says who has given how many members which version.
func (e *Error) takenOver() string {
	who := "another deployment to the group, or to one that shares devices with it,"
	if e.Rival != nil {
		who = fmt.Sprintf("a deployment to the device group %s, which shares the devices,", e.Rival.Group)
	}
	text := fmt.Sprintf("while the deployment of %s was waited for, %s has given %d of its devices %s", e.Rollout.Version, who, e.Devices, e.By)
	if counted := e.devices(); counted != "" {
		text += "; " + counted
	}
	return text
}

// Explain fills in what only the state after the end tells: why a version was rolled back, where the record that replaced it says it
// and the ended one does not, and that a rollout which nothing has replaced was canceled instead.
func (e *Error) Explain(after State) {
	if e.Kind != ErrorRolledBack {
		return
	}
	if info := after.RolledBack; info != nil && info.Version == e.Rollout.Version {
		e.Rollout.Reason = cmp.Or(e.Rollout.Reason, info.Reason)
		e.Rollout.Trigger = cmp.Or(e.Rollout.Trigger, info.Trigger)
		return
	}
	if _, recorded := after.History.Find(e.Rollout.ID); recorded && e.Rollout.Trigger != TriggerAuto {
		e.Kind = ErrorCanceled
	}
}

// Outcome is how a wait ended that did not end well.
type Outcome string

// The outcomes of a wait.
const (
	// OutcomeTimeout: the time limit of the operation passed; what was waited for goes on.
	OutcomeTimeout Outcome = "timeout"
	// OutcomeInterrupted: the user interrupted the command; what was waited for goes on.
	OutcomeInterrupted Outcome = "interrupted"
	// OutcomeUnreachable: too many polls in a row failed.
	OutcomeUnreachable Outcome = "unreachable"
)

// WaitError is the error of a wait that ended before a poll said done or failed for good.
type WaitError struct {
	Outcome Outcome
	// Waited is how long the wait lasted.
	Waited time.Duration
	// Err is the last failed poll, nil where none failed.
	Err error
}

func (e *WaitError) Error() string {
	switch {
	case e.Err != nil:
		return fmt.Sprintf("%s after %s: %v", e.Outcome, e.Waited.Round(time.Second), e.Err)
	default:
		return fmt.Sprintf("%s after %s", e.Outcome, e.Waited.Round(time.Second))
	}
}

func (e *WaitError) Unwrap() error { return e.Err }

// IncompleteError is the error of a wait that ended before the rollout did. The rollout goes on.
type IncompleteError struct {
	*WaitError
	Progress
	// Percentage that was wanted.
	Percentage float64
}

func (e *IncompleteError) Error() string { return fmt.Sprintf("%v: %v", e.WaitError, e.Progress) }

// Unwrap keeps the last failed poll reachable.
func (e *IncompleteError) Unwrap() error { return e.WaitError }

// incomplete adds the progress so far to the error of a wait that ended before its rollout.
func (r Result) incomplete(err error) error {
	var ended *WaitError
	if errors.As(err, &ended) {
		return &IncompleteError{WaitError: ended, Progress: r.Progress, Percentage: r.Proposal.Spec.Percentage}
	}
	return err
}

// String says where a rollout stood.
func (p Progress) String() string {
	text := fmt.Sprintf("rollout %s of %s was %s at %g percent", p.Rollout.ID, p.Rollout.Version, p.Rollout.Status, p.Rollout.Percentage)
	if counted := p.devices(); counted != "" {
		text += ", " + counted
	}
	return text
}

// devices says how many have the version, "" where the server does not count them.
func (p Progress) devices() string {
	if p.Affected.Total == nil || p.Affected.Updated == nil {
		return ""
	}
	return fmt.Sprintf("%d of %d devices updated", *p.Affected.Updated, *p.Affected.Total)
}
