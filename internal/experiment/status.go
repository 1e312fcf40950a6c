package experiment

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// moves are the calls that take an experiment from one status to another. Whatever is not here the API cannot do.
var moves = map[string]map[string]string{
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

// final is true of an experiment that cannot change any more.
func final(status string) bool {
	return status == control.ExperimentCompleted || status == control.ExperimentCancelled
}

// impossible says why a status cannot be reached, "" where it can.
func impossible(from, to string) string {
	if from == to || moves[from][to] != "" {
		return ""
	}
	if final(from) {
		return fmt.Sprintf("A %s experiment stays %[1]s.", from)
	}
	reachable := slices.Sorted(maps.Keys(moves[from]))
	if len(reachable) == 0 {
		return fmt.Sprintf("The server calls its status %q, from which no call leads on.", from)
	}
	return fmt.Sprintf("From %s it can only become %s.", from, strings.Join(reachable, " or "))
}

// move takes an experiment to a status that it can reach.
func move(ctx context.Context, client *control.Client, id, from, to string) error {
	if from == to {
		return nil
	}
	return client.MoveExperiment(ctx, id, moves[from][to], to)
}

// end ends an experiment that is still open: one that has begun as a destroy says, a draft, which has no result, by cancelling it.
func end(ctx context.Context, client *control.Client, id, how string) error {
	e, err := client.Experiment(ctx, id)
	if control.NotFound(err) || err == nil && final(e.Status) {
		return nil
	}
	if err != nil {
		return err
	}
	to := control.ExperimentCompleted
	if how == onDestroyCancel || e.Status == control.ExperimentDraft {
		to = control.ExperimentCancelled
	}
	if why := impossible(e.Status, to); why != "" {
		return fmt.Errorf("the experiment cannot be ended: %s", why)
	}
	return move(ctx, client, id, e.Status, to)
}
