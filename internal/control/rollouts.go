package control

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// RolloutStatus is the status of a rollout (CONTRACT.md, section 3). A status that the contract does not have
// is kept as it is and counts as not finished.
type RolloutStatus string

// The statuses of the contract; other spellings of servers are mapped to them.
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

// Rollout is the record of the rollout of a version to the whole fleet (CONTRACT.md, section 3).
type Rollout struct {
	ID, ModelID, Version string
	Status               RolloutStatus
	// Percentage is the current percentage of the fleet, TargetPercentage the final one; both 0 to 100.
	Percentage, TargetPercentage float64
	// PreviousVersion is the version that it replaced, "" where the server does not say.
	PreviousVersion string
	// Reason and Trigger ("manual" or "auto") say why it ended, or why it was created as a rollback.
	Reason, Trigger string
	// Times are zero where the server does not say.
	CreatedAt, CompletedAt, RolledBackAt time.Time
}

// UnmarshalJSON reads every spelling of the contract's table and fails on a record without an ID, a version or a status.
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
		CompletedAt       flexTime    `json:"completed_at"`
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
		CompletedAt:      wire.CompletedAt.Time,
		RolledBackAt:     wire.RolledBackAt.Time,
	}
	if r.ID == "" || r.Version == "" || r.Status == "" {
		return errors.New("a rollout without an ID, a version or a status")
	}
	return nil
}

func rolloutStatus(spelling string) RolloutStatus {
	if known, ok := statusSpellings[spelling]; ok {
		return known
	}
	return RolloutStatus(spelling)
}

// SortNewestFirst orders rollouts by creation, then by ID; IDs that are whole numbers compare as numbers. The server
// guarantees no order (CONTRACT.md, section 3).
func SortNewestFirst(rollouts []Rollout) {
	slices.SortStableFunc(rollouts, func(a, b Rollout) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), compareIDs(b.ID, a.ID))
	})
}

func compareIDs(a, b string) int {
	x, okX := parseWhole(a)
	y, okY := parseWhole(b)
	switch {
	case okX && okY:
		return cmp.Or(x.compare(y), cmp.Compare(a, b))
	case okX != okY: // numbers before other texts, so that the order is total
		if okX {
			return -1
		}
		return 1
	}
	return cmp.Compare(a, b)
}

// whole is a whole number of any length. Its digits are compared, not computed with: that would take seconds for a long one.
type whole struct {
	negative bool
	// digits has no zeros at its beginning.
	digits string
}

func parseWhole(text string) (n whole, ok bool) {
	digits := strings.TrimPrefix(text, "-")
	n.negative = digits != text
	if !n.negative {
		digits = strings.TrimPrefix(text, "+")
	}
	if digits == "" || strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) {
		return n, false
	}
	n.digits = strings.TrimLeft(digits, "0")
	n.negative = n.negative && n.digits != ""
	return n, true
}

func (n whole) compare(m whole) int {
	if n.negative != m.negative {
		if n.negative {
			return -1
		}
		return 1
	}
	size := cmp.Or(cmp.Compare(len(n.digits), len(m.digits)), cmp.Compare(n.digits, m.digits))
	if n.negative {
		return -size
	}
	return size
}

// Deployed lists the versions that were deployed to the fleet before (CONTRACT.md, section 3): those with a completed rollout, in the
// order of their first one. The rollouts are sorted newest first.
func Deployed(rollouts []Rollout) []string {
	var versions []string
	for _, r := range slices.Backward(rollouts) {
		if r.Status == RolloutCompleted && !slices.Contains(versions, r.Version) {
			versions = append(versions, r.Version)
		}
	}
	return versions
}

// Rollouts lists every rollout of a model that the server has, newest first.
func (c *Client) Rollouts(ctx context.Context, modelID string) ([]Rollout, error) {
	list := listing{operation: "list the rollouts of the model", path: join("models", modelID, "rollouts"), key: "rollouts"}
	rollouts, err := listAll[Rollout](ctx, c, list, nil)
	for _, r := range rollouts {
		if err := c.checkModel(ctx, list.operation, modelID, r.ModelID); err != nil {
			return nil, err
		}
	}
	SortNewestFirst(rollouts)
	return rollouts, err
}

// Rollout reads one rollout.
func (c *Client) Rollout(ctx context.Context, modelID, rolloutID string) (Rollout, error) {
	return get[Rollout](ctx, c, "read the rollout", join("models", modelID, "rollouts", rolloutID), nil)
}

// NewRollout is the body of a create (CONTRACT.md, section 3). All five keys are always sent, since servers have different defaults.
type NewRollout struct {
	Version          string  `json:"version"`
	Percentage       float64 `json:"rollout_percentage"`
	TargetPercentage float64 `json:"target_percentage"`
	IncrementStep    float64 `json:"increment_step"`
	StartImmediately bool    `json:"start_immediately"`
}

// CreateRollout starts a rollout. known are the rollouts that existed before: when the response is lost, a rollout of the
// version that is not among them is the one that was created.
func (c *Client) CreateRollout(ctx context.Context, modelID string, body NewRollout, known []Rollout) (Rollout, error) {
	const operation = "create the rollout"
	post := func(ctx context.Context) (Rollout, error) {
		var r Rollout
		err := c.post(checkingNew(ctx, "rollout", known, rolloutID), operation, join("models", modelID, "rollouts"), body, &r)
		return r, err
	}
	return createOnce(ctx, c, post, c.findNewRollout(modelID, body.Version, known))
}

func rolloutID(r Rollout) string { return r.ID }

// findNewRollout looks for a rollout of the version that is not known.
func (c *Client) findNewRollout(modelID, version string, known []Rollout) func(context.Context) (Rollout, bool, error) {
	return func(ctx context.Context) (Rollout, bool, error) {
		rollouts, err := c.Rollouts(ctx, modelID)
		created := slices.IndexFunc(rollouts, func(r Rollout) bool { return r.Version == version && !lists(known, rolloutID, r.ID) })
		if err != nil || created < 0 {
			return Rollout{}, false, err
		}
		return rollouts[created], true, nil
	}
}

// Rollback reverts the whole fleet to a version that was deployed before, by the server's own call. NoSuchRoute is true of the
// error where a server does not have it. known is as for CreateRollout.
func (c *Client) Rollback(ctx context.Context, modelID, toVersion, reason string, known []Rollout) (Rollout, error) {
	body := struct {
		ToVersion string `json:"to_version"`
		Reason    string `json:"reason,omitempty"`
	}{toVersion, reason}
	const operation = "roll back"
	post := func(ctx context.Context) (Rollout, error) {
		var resp rollbackResponse
		err := c.post(checkingNew(ctx, "rollout", known, rolloutID), operation, join("models", modelID, "rollback"), body, &resp)
		return resp.rollout(modelID, toVersion), err
	}
	find := c.findNewRollout(modelID, toVersion, known)
	created, err := createOnce(ctx, c, post, find)
	if err != nil || created.ID != "" {
		return created, err
	}
	// The documented response need not name the new record.
	return LookAgain(ctx, func(ctx context.Context) (Rollout, error) {
		created, found, err := findAfter(ctx, find)
		if err == nil && !found {
			err = &BodyError{Operation: operation, Err: fmt.Errorf("it names no rollout, and no new rollout of %s is listed", toVersion)}
		}
		return created, err
	}, func(_ Rollout, err error) bool {
		var unnamed *BodyError
		return !errors.As(err, &unnamed)
	})
}

// rollbackResponse is the documented response; all fields but the status are assumed (CONTRACT.md, section 3).
type rollbackResponse struct {
	RolloutID   flexText `json:"rollout_id"`
	FromVersion flexText `json:"from_version"`
	Status      flexText `json:"status"`
}

func (a rollbackResponse) rollout(modelID, version string) Rollout {
	status := rolloutStatus(string(a.Status))
	if status == "" {
		status = RolloutRollingBack
	}
	return Rollout{
		ID: string(a.RolloutID), ModelID: modelID, Version: version, Status: status,
		Percentage: 100, TargetPercentage: 100, PreviousVersion: string(a.FromVersion),
	}
}

// UpdateRolloutPercentage sets the percentage of a rollout, 1 to 100. When the response is lost, the rollout is read, and the request
// repeated only where the percentage was not reached.
func (c *Client) UpdateRolloutPercentage(ctx context.Context, modelID, rolloutID string, percentage float64, reason string) (Rollout, error) {
	body := struct {
		Percentage float64 `json:"percentage"`
		Reason     string  `json:"reason,omitempty"`
	}{percentage, reason}
	return c.changeRollout(ctx, "change the percentage of the rollout", modelID, rolloutID, "update-percentage", body,
		func(r Rollout) bool { return r.Percentage >= percentage || SamePercentage(percentage, r.Percentage) })
}

// WholePercents is true of the percentage that a server keeps of another one if it keeps whole percents: less than one below it.
func WholePercents(percentage, kept float64) bool { return kept > 0 && kept == math.Floor(percentage) }

// SamePercentage is true of another number that a server may keep of a percentage: in single precision, or without its fraction.
func SamePercentage(percentage, kept float64) bool {
	return kept != percentage && (float32(kept) == float32(percentage) || WholePercents(percentage, kept))
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

// ResumeRollout continues a paused rollout.
func (c *Client) ResumeRollout(ctx context.Context, modelID, rolloutID string) (Rollout, error) {
	return c.changeRollout(ctx, "resume the rollout", modelID, rolloutID, "resume", struct{}{},
		func(r Rollout) bool { return r.Status == RolloutActive })
}

// RolloutStep reads the step of a rollout in percent, nil where the server does not say (CONTRACT.md, section 3).
func (c *Client) RolloutStep(ctx context.Context, modelID, rolloutID string) (*float64, error) {
	var wire struct {
		IncrementStep *flexNumber `json:"increment_step"`
	}
	err := c.call(ctx, request{
		operation: "read the rollout", method: http.MethodGet, path: join("models", modelID, "rollouts", rolloutID),
	}, &wire)
	if err != nil || wire.IncrementStep == nil || *wire.IncrementStep <= 0 {
		return nil, err
	}
	step := float64(*wire.IncrementStep)
	return &step, nil
}

// AdvanceRollout raises the percentage of a rollout by its own step. before is the rollout as it was: when the response is lost, a
// higher percentage shows that the request was executed, and a second one would go a step too far.
func (c *Client) AdvanceRollout(ctx context.Context, modelID string, before Rollout) (Rollout, error) {
	return c.changeRollout(ctx, "advance the rollout", modelID, before.ID, "advance", struct{}{},
		func(r Rollout) bool { return r.Percentage > before.Percentage })
}

// changeRollout sends one of the verbs and reads the rollout afterwards, since the bodies of the responses are not documented. reached
// reports whether a rollout already is as the verb would make it.
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
	return LookAgain(ctx, func(ctx context.Context) (Rollout, error) { return c.Rollout(ctx, modelID, rolloutID) },
		func(r Rollout, err error) bool { return err != nil || reached(r) || !r.Status.Open() })
}

// DeleteRollout cancels a rollout; an active one only with force. A rollout that was deleted already is not an error. When
// the response is lost, the rollout is read first: a second call would delete the record of a rollout that has ended, and with it how
// it ended.
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

// AffectedDevices counts the devices of a rollout. A refresh of many rollouts asks once where the server has no such call.
func (c *Client) AffectedDevices(ctx context.Context, modelID, rolloutID string) (AffectedDevices, error) {
	const operation = "count the affected devices"
	return unlessRefused(ctx, c, operation, func(ctx context.Context) (AffectedDevices, error) {
		return get[AffectedDevices](ctx, c, operation, join("models", modelID, "rollouts", rolloutID, "affected-devices"), nil)
	})
}
