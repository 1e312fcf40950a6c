package deployment

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// verdictKind is how a rollout ended, or stopped, before it had reached what was wanted.
type verdictKind int

const (
	// verdictRolledBack: someone, or the organization's policy, rolled it back.
	verdictRolledBack verdictKind = iota
	// verdictPaused: someone paused it.
	verdictPaused
	// verdictGone: its record was deleted, which cancels it.
	verdictGone
	// verdictOther: the record is of another version.
	verdictOther
	// verdictOvertaken: it got there, and something else has been deployed in the meantime.
	verdictOvertaken
)

// verdict is the error of a rollout that will not reach what was wanted by waiting longer.
type verdict struct {
	kind verdictKind
	progress
}

func (v *verdict) Error() string {
	r := v.rollout
	switch v.kind {
	case verdictPaused:
		return fmt.Sprintf("rollout %s of %s has been paused at %g percent", r.ID, r.Version, r.Percentage)
	case verdictGone:
		return fmt.Sprintf("rollout %s of %s has been cancelled and its record deleted", r.ID, r.Version)
	case verdictOther:
		return fmt.Sprintf("the server shows rollout %s as one of %s", r.ID, r.Version)
	case verdictOvertaken:
		return fmt.Sprintf("%s was deployed, and something else has taken its place meanwhile", r.Version)
	case verdictRolledBack:
	}
	text := fmt.Sprintf("rollout %s of %s was rolled back", r.ID, r.Version)
	switch r.Trigger {
	case "auto":
		text += " automatically by the organization's policy"
	case "manual":
		text += " by hand"
	}
	text += fmt.Sprintf(" at %g percent", r.Percentage)
	if counted := v.devices(); counted != "" {
		text += ", " + counted
	}
	if r.Reason != "" {
		text += ": " + r.Reason
	}
	return text
}

// because fills in why, where the record that took the version's place says it and the ended one does not.
func (v *verdict) because(back *takenBack) {
	if back == nil || back.version != v.rollout.Version {
		return
	}
	v.rollout.Reason = cmp.Or(v.rollout.Reason, back.reason)
	v.rollout.Trigger = cmp.Or(v.rollout.Trigger, back.trigger)
}

// explain is the diagnostic of a verdict for a scope; now is what the scope is meant to run instead, "" where that is nothing or
// not known.
func (v *verdict) explain(scope, now string) (summary, detail string) {
	said := resourcekit.Sentence(v.Error())
	switch v.kind {
	case verdictRolledBack:
		return "The rollout was rolled back", said + insteadText(scope, now)
	case verdictGone:
		return "The rollout was cancelled", said + insteadText(scope, now)
	case verdictPaused:
		return "The rollout is paused", said + " Somebody paused it; it is not resumed without being asked to.\n\n" +
			"Set paused = false to let it go on, paused = true to leave it as it is, or pin an older version to roll back."
	case verdictOvertaken:
		if now != "" {
			said += fmt.Sprintf(" What is targeted now is %s, and the state says so.", now)
		}
		return "Another change came in between", said + "\n\nPlan again to see what to do about it."
	case verdictOther:
	}
	return "The rollout is not the one that was started", said + "\n\nPlan again to see what the fleet runs."
}

// insteadText says what takes the place of a version that was taken back.
func insteadText(scope, now string) string {
	text := " There was no earlier version to go back to."
	if now != "" {
		text = fmt.Sprintf(" What %s goes back to is %s, and the state says so.", scope, now)
	}
	return text + "\n\nPin a version that is known to be good. This one is not deployed again, unless on_rollback = \"redeploy\" asks for it."
}

// unfinished is the error of a wait that ended before the rollout did; the rollout goes on.
type unfinished struct {
	*resourcekit.WaitError
	progress
	share float64
}

func (u *unfinished) Error() string { return u.WaitError.Error() + ": " + u.String() }

// Unwrap keeps the last failed poll reachable.
func (u *unfinished) Unwrap() error { return u.WaitError }

// explain is the diagnostic of a resource.
func (u *unfinished) explain() (summary, detail string) {
	summary, detail = u.happened()
	detail += "\n\nThe rollout goes on at the server and is in the state: the next apply attaches to it and waits for it."
	if u.Outcome == resourcekit.OutcomeTimeout {
		detail += " For slower fleets raise timeouts, or set wait_for = \"accepted\"."
	}
	return summary, detail
}

// happened says how the wait ended and how far the rollout had come.
func (u *unfinished) happened() (summary, detail string) {
	var text strings.Builder
	switch u.Outcome {
	case resourcekit.OutcomeInterrupted:
		summary = "Interrupted while the rollout goes on"
		text.WriteString("The command was interrupted")
	case resourcekit.OutcomeUnreachable:
		summary = "The rollout can no longer be watched"
		text.WriteString("The control API failed too often in a row")
	default:
		summary = "The rollout did not finish in time"
		text.WriteString("The time limit was reached")
	}
	fmt.Fprintf(&text, " after %s, when %s", u.Waited.Round(time.Second), u.progress)
	if u.share > 0 {
		fmt.Fprintf(&text, "; %g percent were wanted", u.share)
	}
	text.WriteString(".")
	if u.Err != nil {
		text.WriteString(" The last answer: " + resourcekit.Sentence(u.Err.Error()))
	}
	return summary, text.String()
}
