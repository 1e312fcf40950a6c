package deployment

import (
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
	}
	text := fmt.Sprintf("rollout %s of %s was rolled back", r.ID, r.Version)
	switch r.Trigger {
	case "auto":
		text += " automatically by the organization's policy"
	case "manual":
		text += " by hand"
	}
	if r.Reason != "" {
		text += ": " + r.Reason
	}
	return text
}

// explain is the diagnostic of a verdict; now is what the scope is meant to run instead, "" where that is nothing or not known.
func (v *verdict) explain(now string) (summary, detail string) {
	var text strings.Builder
	text.WriteString(resourcekit.Sentence(v.Error()))
	switch v.kind {
	case verdictRolledBack, verdictGone:
		summary = "The rollout was rolled back"
		if v.kind == verdictGone {
			summary = "The rollout was cancelled"
		}
		switch now {
		case "":
			text.WriteString(" There was no earlier version to go back to.")
		default:
			fmt.Fprintf(&text, " The fleet goes back to %s, and the state says so.", now)
		}
		text.WriteString("\n\nPin a version that is known to be good. Applying the same version again rolls it out again.")
	case verdictPaused:
		summary = "The rollout is paused"
		text.WriteString(" Somebody paused it; it is not resumed without being asked to.\n\n" +
			"Set paused = false to let it go on, paused = true to leave it as it is, or pin an older version to roll back.")
	case verdictOther:
		summary = "The rollout is not the one that was started"
		text.WriteString("\n\nPlan again to see what the fleet runs.")
	case verdictOvertaken:
		summary = "Another change came in between"
		if now != "" {
			fmt.Fprintf(&text, " What is targeted now is %s, and the state says so.", now)
		}
		text.WriteString("\n\nPlan again to see what to do about it.")
	}
	return summary, text.String()
}

// unfinished is the error of a wait that ended before the rollout did; the rollout goes on.
type unfinished struct {
	*resourcekit.WaitError
	progress
	share float64
}

func (u *unfinished) Error() string { return u.WaitError.Error() + ": " + u.progress.String() }

// Unwrap keeps the last failed poll reachable.
func (u *unfinished) Unwrap() error { return u.WaitError }

func (u *unfinished) explain() (summary, detail string) {
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
	fmt.Fprintf(&text, " after %s, when %s; %g percent were wanted.", u.Waited.Round(time.Second), u.progress, u.share)
	if u.Err != nil {
		text.WriteString(" The last answer: " + resourcekit.Sentence(u.Err.Error()))
	}
	text.WriteString("\n\nThe rollout goes on at the server and is in the state: the next apply attaches to it and waits for it.")
	if u.Outcome == resourcekit.OutcomeTimeout {
		text.WriteString(" For slower fleets raise timeouts, or set wait_for = \"accepted\".")
	}
	return summary, text.String()
}
