package control

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
)

// Device is a registered device, as far as the provider uses it (CONTRACT.md, section 5).
type Device struct {
	ID, Identifier, Status string
	// Assignments is nil where the server's list does not carry all of them.
	Assignments []Assignment
	// Winning is the one assignment that some servers give instead of all; nil where there is none.
	Winning *Assignment
}

// Assignment is the version of a model that a device is assigned (CONTRACT.md, section 4).
type Assignment struct {
	ModelID, Version string
	// Source is SourceDeployment or SourceRollout, "" where the server does not say.
	Source string
}

// What has assigned a version to a device (CONTRACT.md 4.17).
const (
	SourceDeployment = "deployment"
	SourceRollout    = "rollout"
)

// UnmarshalJSON fails on an object without an ID.
func (d *Device) UnmarshalJSON(data []byte) error {
	var wire struct {
		ID          *flexText     `json:"id"`
		DeviceID    *flexText     `json:"device_id"`
		Identifier  flexText      `json:"device_identifier"`
		Status      flexText      `json:"status"`
		Assignments []Assignment  `json:"assignments"`
		Assignment  oneAssignment `json:"assignment"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*d = Device{
		ID: string(firstOf(wire.ID, wire.DeviceID)), Identifier: string(wire.Identifier),
		Status: string(wire.Status), Assignments: wire.Assignments, Winning: wire.Assignment.winning,
	}
	if d.Assignments == nil && wire.Assignment.none {
		d.Assignments = []Assignment{}
	}
	if d.ID == "" {
		return errors.New("a device without an ID")
	}
	return nil
}

var deviceListing = listing{operation: "list the devices", path: "devices", key: "devices", pageSize: 1000}

// DeviceCount is the number of devices of the organization, nil where the server does not say.
func (c *Client) DeviceCount(ctx context.Context) (*int, error) {
	query := c.scoped(url.Values{"limit": {"1"}})
	total, err := cached(ctx, c, deviceListing.path+"?"+query.Encode(), func(ctx context.Context) (int, error) {
		first := page[Device]{key: deviceListing.key}
		err := c.call(ctx, request{operation: "count the devices", method: http.MethodGet, path: deviceListing.path, query: query}, &first)
		return first.total, err
	})
	if err != nil || total < 0 {
		return nil, err
	}
	return &total, nil
}
