package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
)

// The statuses of an experiment (CONTRACT.md, section 7). Servers have two names for a running one, and two spellings
// of a canceled one; these are the client's.
const (
	ExperimentDraft     = "draft"
	ExperimentRunning   = "running"
	ExperimentPaused    = "paused"
	ExperimentCompleted = "completed"
	ExperimentCancelled = "cancelled"
)

var experimentSpellings = map[string]string{"active": ExperimentRunning, "canceled": ExperimentCancelled}

// Experiment compares versions of a model on percentages of the devices (CONTRACT.md, section 7). Fields are nil or ""
// where the server does not say.
type Experiment struct {
	ID, OrgID, Name, Status, ModelID string
	Description                      *string
	// Traffic is the percentage of the devices that take part. Confidence is a probability.
	Traffic, Confidence *float64
	MinSample           *int64
	PrimaryMetric       string
	Variants            []Variant
	// TargetGroupIDs are the device groups whose members take part; without any, all devices do.
	TargetGroupIDs []string
	// CreatedAt is the server's text, "" where it does not say.
	CreatedAt string
}

// Variant is one of the versions that an experiment compares.
type Variant struct {
	Name, Version string
	// Allocation is the percentage of the participating devices.
	Allocation float64
	// Control is nil where the server does not say.
	Control *bool
}

// UnmarshalJSON accepts the percentage under the name of the requests, and under the one that SDKs read.
func (v *Variant) UnmarshalJSON(data []byte) error {
	var wire struct {
		Name       flexText    `json:"name"`
		Version    flexText    `json:"model_version"`
		Allocation *flexNumber `json:"traffic_allocation"`
		Percentage *flexNumber `json:"traffic_percentage"`
		Control    *bool       `json:"is_control"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	if wire.Name == "" {
		return errors.New("a variant without a name")
	}
	*v = Variant{
		Name: string(wire.Name), Version: string(wire.Version), Allocation: float64(firstOf(wire.Allocation, wire.Percentage)),
		Control: wire.Control,
	}
	return nil
}

// UnmarshalJSON fails on an object without an ID.
func (e *Experiment) UnmarshalJSON(data []byte) error {
	var wire struct {
		ID            flexText    `json:"id"`
		OrgID         flexText    `json:"org_id"`
		Name          flexText    `json:"name"`
		Status        flexText    `json:"status"`
		ModelID       flexText    `json:"model_id"`
		Description   *string     `json:"description"`
		Traffic       *flexNumber `json:"traffic_percentage"`
		Confidence    *flexNumber `json:"confidence_level"`
		MinSample     *flexNumber `json:"min_sample_size"`
		PrimaryMetric flexText    `json:"primary_metric"`
		Variants      []Variant   `json:"variants"`
		Targets       []flexText  `json:"target_group_ids"`
		CreatedAt     flexText    `json:"created_at"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	if wire.ID == "" {
		return errors.New("an experiment without an ID")
	}
	*e = Experiment{
		ID: string(wire.ID), OrgID: string(wire.OrgID), Name: string(wire.Name), Status: string(wire.Status), ModelID: string(wire.ModelID),
		Description: wire.Description, Traffic: (*float64)(wire.Traffic), Confidence: (*float64)(wire.Confidence),
		PrimaryMetric: string(wire.PrimaryMetric), Variants: wire.Variants, TargetGroupIDs: plainTexts(wire.Targets),
		CreatedAt: string(wire.CreatedAt),
	}
	if known, ok := experimentSpellings[e.Status]; ok {
		e.Status = known
	}
	if size := wire.MinSample; size != nil && *size >= 0 && *size < 1<<53 {
		whole := int64(*size)
		e.MinSample = &whole
	}
	return nil
}

// plainTexts returns nil for nil.
func plainTexts(in []flexText) []string {
	if in == nil {
		return nil
	}
	out := make([]string, len(in))
	for i, text := range in {
		out[i] = string(text)
	}
	return out
}

var experimentKind = kind[Experiment]{
	listing: listing{operation: "list the experiments", path: "experiments", key: "experiments", pageSize: 100},
	one: func(ctx context.Context, c *Client, id string) (Experiment, error) {
		return get[Experiment](ctx, c, "read the experiment", join("experiments", id), nil)
	},
	id:  func(e Experiment) string { return e.ID },
	org: func(e Experiment) string { return e.OrgID },
	answers: answerKeys{
		"id", "org_id", "name", "status", "model_id", "description", "traffic_percentage", "confidence_level", "min_sample_size", "primary_metric",
		"variants", "target_group_ids",
	},
	equal: func(single, listed Experiment) bool {
		single.CreatedAt, listed.CreatedAt = "", "" // nothing of a resource
		return reflect.DeepEqual(single, listed)
	},
}

// Experiments lists the organization's experiments.
func (c *Client) Experiments(ctx context.Context) ([]Experiment, error) {
	return listAll[Experiment](ctx, c, experimentKind.listing, c.scoped(nil))
}

// Experiment reads one experiment with its target groups, which some servers return by a call of their own.
func (c *Client) Experiment(ctx context.Context, id string) (Experiment, error) {
	e, err := experimentKind.read(ctx, c, id)
	if err != nil || e.TargetGroupIDs != nil {
		return e, err
	}
	type targetGroups struct {
		IDs []flexText `json:"group_ids"`
	}
	const operation = "read the groups of the experiment"
	targets, err := unlessRefused(ctx, c, operation, func(ctx context.Context) (targetGroups, error) {
		return get[targetGroups](ctx, c, operation, join("experiments", id, "target-groups"), nil)
	})
	if NoSuchRoute(err) {
		return e, nil
	}
	e.TargetGroupIDs = plainTexts(targets.IDs)
	return e, err
}

// CreateExperiment creates a draft. Names need not be unique.
func (c *Client) CreateExperiment(ctx context.Context, e Experiment) (Experiment, error) {
	body := e.settings()
	body["description"], body["model_id"] = e.Description, e.ModelID
	variants := make([]map[string]any, len(e.Variants))
	for i, v := range e.Variants {
		variants[i] = map[string]any{"name": v.Name, "model_version": v.Version, "traffic_allocation": v.Allocation, "is_control": v.Control}
	}
	body["variants"] = variants
	const operation = "create the experiment"
	return nonUniqueCreate[Experiment]{
		adoption: adoption[Experiment]{
			title: "experiment", id: experimentKind.id, label: func(e Experiment) string { return e.Name },
			matches: func(o Experiment) bool {
				return SameText(o.Name, e.Name) && (o.ModelID == "" || o.ModelID == e.ModelID)
			},
			equal: e.wrote,
			again: func(ctx context.Context, o Experiment) (Experiment, error) { return experimentKind.one(ctx, c, o.ID) },
		},
		operation: operation,
		list:      c.Experiments,
		post:      posting[Experiment](c, operation, experimentKind.path, body),
	}.create(ctx, c)
}

// wrote is true of a draft that is as this experiment has it.
func (e Experiment) wrote(o Experiment) bool {
	var sample, kept *float64
	if e.MinSample != nil && o.MinSample != nil {
		a, b := float64(*e.MinSample), float64(*o.MinSample)
		sample, kept = &a, &b
	}
	return sameTextOrNone(e.Description, firstOf(o.Description)) && sameNumber(e.Traffic, o.Traffic) && sameNumber(e.Confidence, o.Confidence) &&
		sameNumber(sample, kept) && (e.PrimaryMetric == "" || o.PrimaryMetric == "" || SameFoldedText(e.PrimaryMetric, o.PrimaryMetric)) &&
		(o.Variants == nil || sameVariants(e.Variants, o.Variants))
}

// sameVariants compares variants in any order.
func sameVariants(sent, kept []Variant) bool {
	texts := func(variants []Variant) []string {
		all := make([]string, len(variants))
		for i, v := range variants {
			all[i] = fmt.Sprintf("%s\x00%s\x00%g", canonicalText(v.Name), canonicalText(v.Version), float32(v.Allocation))
		}
		return all
	}
	return sameTexts(texts(sent), texts(kept))
}

// settings are what a create and an update send: what is set.
func (e Experiment) settings() map[string]any {
	body := map[string]any{}
	if e.Name != "" {
		body["name"] = e.Name
	}
	if e.Description != nil {
		body["description"] = *e.Description
	}
	for name, number := range map[string]*float64{"traffic_percentage": e.Traffic, "confidence_level": e.Confidence} {
		if number != nil {
			body[name] = *number
		}
	}
	if e.MinSample != nil {
		body["min_sample_size"] = *e.MinSample
	}
	if e.PrimaryMetric != "" {
		body["primary_metric"] = e.PrimaryMetric
	}
	return body
}

// UpdateExperiment writes what is set of name, description, traffic, confidence, sample size and metric. answered is true where the server
// has answered the experiment as it is afterwards.
func (c *Client) UpdateExperiment(ctx context.Context, id string, changes Experiment) (e Experiment, answered bool, err error) {
	return sendChange[Experiment](ctx, c, request{
		operation: "update the experiment", method: http.MethodPatch, path: join("experiments", id), body: changes.settings(),
	}, experimentKind.answers)
}

// AllocateExperiment changes the allocations of the variants, which must add up to 100. It answers as UpdateExperiment.
func (c *Client) AllocateExperiment(ctx context.Context, id string, variants []Variant) (e Experiment, answered bool, err error) {
	allocations := make([]map[string]any, len(variants))
	for i, v := range variants {
		allocations[i] = map[string]any{"name": v.Name, "traffic_allocation": v.Allocation}
	}
	return sendChange[Experiment](ctx, c, request{
		operation: "change the allocations of the experiment", method: http.MethodPatch, path: join("experiments", id, "allocations"),
		body: map[string]any{"variants": allocations},
	}, experimentKind.answers)
}

// TargetExperiment limits an experiment to device groups; none opens it to all devices.
func (c *Client) TargetExperiment(ctx context.Context, id string, groupIDs []string) error {
	return c.call(ctx, request{
		operation: "change the groups of the experiment", method: http.MethodPut, path: join("experiments", id, "target-groups"),
		body: map[string]any{"group_ids": append([]string{}, groupIDs...)},
	}, nil)
}

// The calls that change the status of an experiment.
const (
	ExperimentStart    = "start"
	ExperimentPause    = "pause"
	ExperimentResume   = "resume"
	ExperimentComplete = "complete"
	ExperimentCancel   = "cancel"
)

// MoveExperiment makes one of these calls. When the response is lost and the experiment has the status already, the call is not
// repeated. It answers as UpdateExperiment.
func (c *Client) MoveExperiment(ctx context.Context, id, verb, status string) (e Experiment, answered bool, err error) {
	post := func(ctx context.Context) (e Experiment, err error) {
		r := request{operation: verb + " the experiment", method: http.MethodPost, path: join("experiments", id, verb), body: struct{}{}}
		e, answered, err = sendChange[Experiment](ctx, c, r, experimentKind.answers)
		return e, err
	}
	moved := func(ctx context.Context) (Experiment, bool, error) {
		e, err := c.Experiment(ctx, id)
		answered = err == nil && e.Status == status
		return e, answered, err
	}
	e, err = createOnce(ctx, c, post, moved)
	return e, answered && err == nil, err
}
