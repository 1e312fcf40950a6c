package experiment

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// transitions are the calls that take an experiment from one status to another, by both statuses. The API has no others.
var transitions = map[string]map[string]string{
	control.ExperimentDraft: {
		control.ExperimentRunning: control.ExperimentStart, control.ExperimentCancelled: control.ExperimentCancel,
	},
	control.ExperimentRunning: {
		control.ExperimentPaused: control.ExperimentPause, control.ExperimentCompleted: control.ExperimentComplete,
		control.ExperimentCancelled: control.ExperimentCancel,
	},
	control.ExperimentPaused: {
		control.ExperimentRunning: control.ExperimentResume, control.ExperimentCompleted: control.ExperimentComplete,
		control.ExperimentCancelled: control.ExperimentCancel,
	},
}

// isFinal reports whether an experiment with this status has ended and cannot change.
func isFinal(status string) bool {
	return status == control.ExperimentCompleted || status == control.ExperimentCancelled
}

// whyUnreachable returns why a status cannot be reached from another, "" if it can.
func whyUnreachable(from, to string) string {
	if from == to || transitions[from][to] != "" {
		return ""
	}
	if isFinal(from) {
		return fmt.Sprintf("A %s experiment remains %[1]s.", from)
	}
	reachable := slices.Sorted(maps.Keys(transitions[from]))
	if len(reachable) == 0 {
		return fmt.Sprintf("The server returned the status %q, which no call of the API can change.", from)
	}
	return fmt.Sprintf("From %s it can only become %s.", from, strings.Join(reachable, " or "))
}

// transition changes the status of an experiment to another one that is reachable. It answers as MoveExperiment.
func transition(ctx context.Context, client *control.Client, id, from, to string) (e control.Experiment, answered bool, err error) {
	return client.MoveExperiment(ctx, id, transitions[from][to], to)
}

// end ends an experiment that has not ended: a draft, which has no result, is canceled, any other ends as onDestroy says.
func end(ctx context.Context, client *control.Client, id, onDestroy string) error {
	e, err := client.Experiment(ctx, id)
	if control.NotFound(err) || err == nil && isFinal(e.Status) {
		return nil
	}
	if err != nil {
		return err
	}
	to := control.ExperimentCompleted
	if onDestroy == onDestroyCancel || e.Status == control.ExperimentDraft {
		to = control.ExperimentCancelled
	}
	if why := whyUnreachable(e.Status, to); why != "" {
		return fmt.Errorf("the experiment cannot be ended: %s", why)
	}
	_, _, err = transition(ctx, client, id, e.Status, to)
	return err
}
