package control

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// RolloutStatus is where a rollout stands (the control API contract, section 3). A word that the contract does not know is
// kept as it is and counts as not finished.
type RolloutStatus string

// The statuses of the contract; other spellings of servers are folded into them.
const (
	RolloutPending     RolloutStatus = "pending"
	RolloutActive      RolloutStatus = "active"
	RolloutPaused      RolloutStatus = "paused"
	RolloutCompleted   RolloutStatus = "completed"
	RolloutRollingBack RolloutStatus = "rolling_back"
	RolloutRolledBack  RolloutStatus = "rolled_back"
)

var statusSpellings = map[string]RolloutStatus{
	"created":     RolloutPending,
	"in_progress": RolloutActive,
	"started":     RolloutActive,
	"cancelled":   RolloutRolledBack,
	"failed":      RolloutRolledBack,
}

// Open is true while a rollout can still assign devices: pending, active or paused.
func (s RolloutStatus) Open() bool {
	return s == RolloutPending || s == RolloutActive || s == RolloutPaused
}

// Rollout is one record of a version going out to the whole fleet (the control API contract, section 3).
type Rollout struct {
	ID, ModelID, Version string
	Status               RolloutStatus
	// Percentage is the share of the fleet now, TargetPercentage the final one; both 0 to 100.
	Percentage, TargetPercentage float64
	// PreviousVersion is what it replaced, "" where the server does not say.
	PreviousVersion string
	// Reason and Trigger ("manual" or "auto") say why it ended, or why it was created as a rollback.
	Reason, Trigger string
	// Times are zero where the server does not say.
	CreatedAt, RolledBackAt time.Time
}

// UnmarshalJSON reads every spelling of the contract's table and fails on a record without id, version or status.
func (r *Rollout) UnmarshalJSON(data []byte) error {
	var wire struct {
		ID                *flexText   `json:"id"`
		RolloutID         *flexText   `json:"rollout_id"`
		ModelID           flexText    `json:"model_id"`
		Version           flexText    `json:"version"`
		Status            flexText    `json:"status"`
		Percentage        *flexNumber `json:"percentage"`
		RolloutPercentage *flexNumber `json:"rollout_percentage"`
		CurrentPercentage *flexNumber `json:"current_percentage"`
		TargetPercentage  *flexNumber `json:"target_percentage"`
		PreviousVersion   *flexText   `json:"previous_version"`
		FromVersion       *flexText   `json:"from_version"`
		RollbackReason    *flexText   `json:"rollback_reason"`
		Reason            *flexText   `json:"reason"`
		RollbackTrigger   flexText    `json:"rollback_trigger"`
		CreatedAt         flexTime    `json:"created_at"`
		RolledBackAt      flexTime    `json:"rolled_back_at"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*r = Rollout{
		ID:               string(firstOf(wire.ID, wire.RolloutID)),
		ModelID:          string(wire.ModelID),
		Version:          string(wire.Version),
		Status:           rolloutStatus(string(wire.Status)),
		Percentage:       float64(firstOf(wire.Percentage, wire.RolloutPercentage, wire.CurrentPercentage)),
		TargetPercentage: float64(firstOf(wire.TargetPercentage)),
		PreviousVersion:  string(firstOf(wire.PreviousVersion, wire.FromVersion)),
		Reason:           string(firstOf(wire.RollbackReason, wire.Reason)),
		Trigger:          string(wire.RollbackTrigger),
		CreatedAt:        wire.CreatedAt.Time,
		RolledBackAt:     wire.RolledBackAt.Time,
	}
	if r.ID == "" || r.Version == "" || r.Status == "" {
		return errors.New("a rollout without id, version or status")
	}
	return nil
}

func rolloutStatus(spelling string) RolloutStatus {
	if known, ok := statusSpellings[spelling]; ok {
		return known
	}
	return RolloutStatus(spelling)
}

// SortNewestFirst orders rollouts by creation, then by id; ids that are whole numbers compare as numbers. The server promises
// no order of its own (the control API contract, section 3).
func SortNewestFirst(rollouts []Rollout) {
	slices.SortStableFunc(rollouts, func(a, b Rollout) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), compareIDs(b.ID, a.ID))
	})
}

func compareIDs(a, b string) int {
	x, okX := new(big.Int).SetString(a, 10)
	y, okY := new(big.Int).SetString(b, 10)
	switch {
	case okX && okY:
		return cmp.Or(x.Cmp(y), cmp.Compare(a, b))
	case okX != okY: // numbers before words: one order for all, whichever two are compared
		if okX {
			return -1
		}
		return 1
	}
	return cmp.Compare(a, b)
}

// Rollouts lists every rollout of a model that the server remembers, newest first.
func (c *Client) Rollouts(ctx context.Context, modelID string) ([]Rollout, error) {
	list := listing{operation: "list the rollouts of the model", path: join("models", modelID, "rollouts"), key: "rollouts"}
	rollouts, err := listAll[Rollout](ctx, c, list, nil)
	SortNewestFirst(rollouts)
	return rollouts, err
}

// Rollout reads one rollout.
func (c *Client) Rollout(ctx context.Context, modelID, rolloutID string) (Rollout, error) {
	return get[Rollout](ctx, c, "read the rollout", join("models", modelID, "rollouts", rolloutID), nil)
}

// NewRollout is the body of a create; all five keys are always sent, since servers differ in what they assume.
type NewRollout struct {
	Version          string  `json:"version"`
	Percentage       float64 `json:"rollout_percentage"`
	TargetPercentage float64 `json:"target_percentage"`
	IncrementStep    float64 `json:"increment_step"`
	StartImmediately bool    `json:"start_immediately"`
}

// CreateRollout starts a rollout. known are the ids of the rollouts that existed before: when the answer is lost, a rollout of
// the version that is not among them is the one that was created.
func (c *Client) CreateRollout(ctx context.Context, modelID string, body NewRollout, known []Rollout) (Rollout, error) {
	post := func(ctx context.Context) (Rollout, error) {
		var r Rollout
		err := c.post(ctx, "create the rollout", join("models", modelID, "rollouts"), body, &r)
		return r, err
	}
	return createOnce(ctx, c, post, c.findNewRollout(modelID, body.Version, known))
}

// findNewRollout looks for a rollout of the version that was not there before.
func (c *Client) findNewRollout(modelID, version string, known []Rollout) func(context.Context) (Rollout, bool, error) {
	return func(ctx context.Context) (Rollout, bool, error) {
		rollouts, err := c.Rollouts(ctx, modelID)
		created, found := findNew(rollouts, known, func(r Rollout) string { return r.ID }, func(r Rollout) bool { return r.Version == version })
		return created, found && err == nil, err
	}
}

// Rollback reverts the whole fleet to a version that was deployed before, by the server's own call. NoSuchRoute is true of the
// error where a server has none. known is as for CreateRollout.
func (c *Client) Rollback(ctx context.Context, modelID, toVersion, reason string, known []Rollout) (Rollout, error) {
	body := struct {
		ToVersion string `json:"to_version"`
		Reason    string `json:"reason,omitempty"`
	}{toVersion, reason}
	post := func(ctx context.Context) (Rollout, error) {
		var answer rollbackAnswer
		err := c.post(ctx, "roll back", join("models", modelID, "rollback"), body, &answer)
		return answer.rollout(modelID, toVersion), err
	}
	find := c.findNewRollout(modelID, toVersion, known)
	created, err := createOnce(ctx, c, post, find)
	if err != nil || created.ID != "" {
		return created, err
	}
	// The documented answer need not name the new record; it is there all the same.
	created, found, err := findAfter(ctx, find)
	if err == nil && !found {
		err = &BodyError{Operation: "roll back", Err: fmt.Errorf("it names no rollout, and no new one of %s is listed", toVersion)}
	}
	return created, err
}

// rollbackAnswer holds the fields of the documented answer; all but the status are assumed (the control API contract,
// section 3).
type rollbackAnswer struct {
	RolloutID   flexText `json:"rollout_id"`
	FromVersion flexText `json:"from_version"`
	Status      flexText `json:"status"`
}

func (a rollbackAnswer) rollout(modelID, version string) Rollout {
	status := rolloutStatus(string(a.Status))
	if status == "" {
		status = RolloutRollingBack
	}
	return Rollout{
		ID: string(a.RolloutID), ModelID: modelID, Version: version, Status: status,
		Percentage: 100, TargetPercentage: 100, PreviousVersion: string(a.FromVersion),
	}
}

// UpdateRolloutPercentage sets the share of a rollout; percentage is 1 to 100. When the answer is lost the rollout is read, and
// the request repeated only where the share was not reached.
func (c *Client) UpdateRolloutPercentage(ctx context.Context, modelID, rolloutID string, percentage float64, reason string) (Rollout, error) {
	body := struct {
		Percentage float64 `json:"percentage"`
		Reason     string  `json:"reason,omitempty"`
	}{percentage, reason}
	return c.changeRollout(ctx, "change the share of the rollout", modelID, rolloutID, "update-percentage", body,
		func(r Rollout) bool { return r.Percentage >= percentage })
}

// StartRollout starts a pending rollout.
func (c *Client) StartRollout(ctx context.Context, modelID, rolloutID string) (Rollout, error) {
	return c.changeRollout(ctx, "start the rollout", modelID, rolloutID, "start", struct{}{},
		func(r Rollout) bool { return r.Status != RolloutPending })
}

// PauseRollout stops further assignments of an active rollout.
func (c *Client) PauseRollout(ctx context.Context, modelID, rolloutID string) (Rollout, error) {
	return c.changeRollout(ctx, "pause the rollout", modelID, rolloutID, "pause", struct{}{},
		func(r Rollout) bool { return r.Status == RolloutPaused })
}

// ResumeRollout lets a paused rollout go on.
func (c *Client) ResumeRollout(ctx context.Context, modelID, rolloutID string) (Rollout, error) {
	return c.changeRollout(ctx, "resume the rollout", modelID, rolloutID, "resume", struct{}{},
		func(r Rollout) bool { return r.Status == RolloutActive })
}

// AdvanceRollout raises the share of a rollout by its own step. before is the rollout as it was: when the answer is lost, a larger
// share than that tells that the request was executed, and a second one would go a step too far.
func (c *Client) AdvanceRollout(ctx context.Context, modelID string, before Rollout) (Rollout, error) {
	return c.changeRollout(ctx, "advance the rollout", modelID, before.ID, "advance", struct{}{},
		func(r Rollout) bool { return r.Percentage > before.Percentage })
}

// changeRollout sends one of the verbs and answers the rollout as it is afterwards, which is read, since the bodies of the answers
// are not public; reached tells whether a rollout is already where the verb would bring it.
func (c *Client) changeRollout(ctx context.Context, operation, modelID, rolloutID, verb string, body any, reached func(Rollout) bool) (Rollout, error) {
	post := func(ctx context.Context) (Rollout, error) {
		return Rollout{}, c.post(ctx, operation, join("models", modelID, "rollouts", rolloutID, verb), body, nil)
	}
	find := func(ctx context.Context) (Rollout, bool, error) {
		r, err := c.Rollout(ctx, modelID, rolloutID)
		return r, err == nil && reached(r), err
	}
	changed, err := createOnce(ctx, c, post, find)
	if err != nil || changed.ID != "" {
		return changed, err
	}
	return c.Rollout(ctx, modelID, rolloutID)
}

// DeleteRollout cancels a rollout; an active one only with force. A rollout that is gone already is no error. When the answer is
// lost the rollout is read first: a second call would remove the record of the one that has ended, and with it what is known of
// how it ended.
func (c *Client) DeleteRollout(ctx context.Context, modelID, rolloutID string, force bool) error {
	cancel := func(ctx context.Context) (struct{}, error) {
		err := c.call(ctx, request{
			operation: "cancel the rollout",
			method:    http.MethodDelete,
			path:      join("models", modelID, "rollouts", rolloutID),
			query:     url.Values{"force": {strconv.FormatBool(force)}},
			once:      true,
		}, nil)
		return struct{}{}, err
	}
	ended := func(ctx context.Context) (struct{}, bool, error) {
		r, err := c.Rollout(ctx, modelID, rolloutID)
		if NotFound(err) {
			return struct{}{}, true, nil
		}
		return struct{}{}, err == nil && !r.Status.Open(), err
	}
	_, err := createOnce(ctx, c, cancel, ended)
	if NotFound(err) {
		return nil
	}
	return err
}

// AffectedDevices counts the devices in a rollout's share (the control API contract, section 3; all fields are assumed). A count
// that the server does not give is nil.
type AffectedDevices struct {
	Total, Updated, Pending, Failed *int
}

// UnmarshalJSON reads every spelling of the contract, and counts a list of devices where no number is given.
func (a *AffectedDevices) UnmarshalJSON(data []byte) error {
	var wire struct {
		Total        *flexNumber       `json:"total"`
		TotalDevices *flexNumber       `json:"total_devices"`
		DeviceCount  *flexNumber       `json:"device_count"`
		Updated      *flexNumber       `json:"updated"`
		Pending      *flexNumber       `json:"pending"`
		Failed       *flexNumber       `json:"failed"`
		Devices      []json.RawMessage `json:"devices"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*a = AffectedDevices{Updated: count(wire.Updated), Pending: count(wire.Pending), Failed: count(wire.Failed)}
	a.Total = cmp.Or(count(wire.Total), count(wire.TotalDevices), count(wire.DeviceCount))
	if a.Total == nil && wire.Devices != nil {
		n := len(wire.Devices)
		a.Total = &n
	}
	return nil
}

// count is nil for what cannot be a number of devices.
func count(n *flexNumber) *int {
	if n == nil || *n < 0 || *n > math.MaxInt32 {
		return nil
	}
	value := int(*n)
	return &value
}

// AllUpdated is true when the server gives both counts and they are equal.
func (a AffectedDevices) AllUpdated() bool {
	return a.Total != nil && a.Updated != nil && *a.Updated >= *a.Total
}

// AffectedDevices counts the devices of a rollout.
func (c *Client) AffectedDevices(ctx context.Context, modelID, rolloutID string) (AffectedDevices, error) {
	return get[AffectedDevices](ctx, c, "count the affected devices", join("models", modelID, "rollouts", rolloutID, "affected-devices"), nil)
}

// post sends a POST; callers that create go through createOnce.
func (c *Client) post(ctx context.Context, operation, path string, body, out any) error {
	return c.call(ctx, request{operation: operation, method: http.MethodPost, path: path, body: body}, out)
}
