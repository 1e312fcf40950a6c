package control

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// RolloutChange is one change of a rollout, as its history has it (CONTRACT.md, section 3).
type RolloutChange struct {
	Status RolloutStatus
	// Percentage of the fleet after the change, 0 to 100.
	Percentage float64
	// At is zero where the server does not say.
	At time.Time
}

// UnmarshalJSON reads every spelling of a rollout's own fields.
func (h *RolloutChange) UnmarshalJSON(data []byte) error {
	var wire struct {
		Status            flexText    `json:"status"`
		Percentage        *flexNumber `json:"percentage"`
		RolloutPercentage *flexNumber `json:"rollout_percentage"`
		CurrentPercentage *flexNumber `json:"current_percentage"`
		CreatedAt         flexTime    `json:"created_at"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*h = RolloutChange{
		Status:     rolloutStatus(string(wire.Status)),
		Percentage: float64(firstOf(wire.Percentage, wire.RolloutPercentage, wire.CurrentPercentage)),
		At:         wire.CreatedAt.Time,
	}
	return nil
}

// RolloutChanges lists the changes of a rollout, oldest first. It is empty on a server that keeps no history.
func (c *Client) RolloutChanges(ctx context.Context, modelID, rolloutID string) ([]RolloutChange, error) {
	list := listing{operation: "read the history of the rollout", path: join("models", modelID, "rollouts", rolloutID, "status-history"), key: "history"}
	changes, err := unlessRefused(ctx, c, list.operation, func(ctx context.Context) ([]RolloutChange, error) {
		return listAll[RolloutChange](ctx, c, list, nil)
	})
	if NoSuchRoute(err) || NotFound(err) {
		return nil, nil
	}
	slices.SortStableFunc(changes, func(a, b RolloutChange) int { return a.At.Compare(b.At) })
	return changes, err
}
