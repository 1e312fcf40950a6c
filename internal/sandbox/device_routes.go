package sandbox

import (
	"encoding/json"
	"slices"
	"time"
)

type deviceView struct {
	ID               string `json:"id"`
	DeviceIdentifier string `json:"device_identifier"`
	OrgID            string `json:"org_id"`
	Status           string `json:"status"`
	facts
	Labels           map[string]string `json:"labels"`
	HeartbeatSeconds int               `json:"heartbeat_interval_seconds"`
	LastHeartbeat    *string           `json:"last_heartbeat"`
	LastSeenAt       *string           `json:"last_seen_at"`
	CreatedAt        *string           `json:"created_at"`
	UpdatedAt        *string           `json:"updated_at"`
	// Assignments exist in the docs dialect only.
	Assignments *[]assignment `json:"assignments,omitempty"`
	// Assignment replaces them in a variant; then null means that the device has none.
	Assignment json.RawMessage `json:"assignment,omitempty"`
}

func (a *api) deviceView(d *device) deviceView {
	heard := timestamp(d.lastSeen(a.world))
	view := deviceView{
		ID: d.id, DeviceIdentifier: d.identifier, OrgID: a.world.org, Status: d.status, facts: d.facts, Labels: d.labels,
		HeartbeatSeconds: int(heartbeatInterval / time.Second), LastHeartbeat: heard, LastSeenAt: heard,
		CreatedAt: timestamp(d.created), UpdatedAt: timestamp(d.updated),
	}
	switch {
	case a.world.has(SingleAssignment):
		view.Assignment, _ = json.Marshal(winning(a.world.assignments(d)))
	case a.world.dialect == DialectDocs:
		assigned := a.world.assignments(d)
		view.Assignments = &assigned
	}
	return view
}

func (a *api) listDevices(c *call) (any, error) {
	if err := a.checkOrg(c); err != nil {
		return nil, err
	}
	platform, status := c.query("platform"), c.query("status")
	found := filter(slices.All(a.world.devices), func(d *device) bool {
		return (platform == "" || stringValue(d.facts.Platform) == platform) && (status == "" || d.status == status)
	})
	return listPage(c, "devices", found, pageSize{100, 1000}, a.deviceView)
}

func (a *api) getDevice(c *call) (any, error) {
	d, err := a.world.device(c.pathValue("device"))
	if err != nil {
		return nil, err
	}
	return a.deviceView(d), nil
}

func (a *api) updateDevice(c *call) (any, error) {
	d, err := a.world.device(c.pathValue("device"))
	if err != nil {
		return nil, err
	}
	var body struct {
		Name   *string            `json:"name"`
		Labels *map[string]string `json:"labels"`
		Status *string            `json:"status"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.Status != nil {
		if !slices.Contains(deviceStatuses, *body.Status) {
			return nil, invalid("status", "status %q is not one of %v", *body.Status, deviceStatuses)
		}
		a.world.setDeviceStatus(d, *body.Status)
	}
	// null removes a value; a missing key keeps it.
	if c.hasKey("name") {
		d.facts.Name = body.Name
	}
	if c.hasKey("labels") {
		d.labels = valueOr(body.Labels, nil)
	}
	d.updated = a.world.clock
	return a.deviceView(d), nil
}

func (a *api) deviceGroups(c *call) (any, error) {
	d, err := a.world.device(c.pathValue("device"))
	if err != nil {
		return nil, err
	}
	found := []groupView{}
	for _, g := range a.world.groups {
		if a.world.isMember(g, d) {
			found = append(found, a.groupView(g))
		}
	}
	return map[string]any{"groups": found, "count": len(found)}, nil
}

func (a *api) deviceAssignments(c *call) (any, error) {
	d, err := a.world.device(c.pathValue("device"))
	if err != nil {
		return nil, err
	}
	return map[string]any{"assignments": a.world.assignments(d), "config_version": "1"}, nil
}
