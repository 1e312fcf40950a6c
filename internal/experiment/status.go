package experiment

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// transitions are the calls that take an experiment from one status to another. Whatever is not here the API cannot do.
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

// isFinal is true of an experiment that cannot change any more.
func isFinal(status string) bool {
	return status == control.ExperimentCompleted || status == control.ExperimentCancelled
}

// whyUnreachable says why a status cannot be reached, "" where it can.
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

// transition takes an experiment to a status that it can reach.
func transition(ctx context.Context, client *control.Client, id, from, to string) error {
	if from == to {
		return nil
	}
	return client.MoveExperiment(ctx, id, transitions[from][to], to)
}

// end ends an experiment that is still open: one that has begun as a destroy says, a draft, which has no result, by cancelling it.
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
	return transition(ctx, client, id, e.Status, to)
}
