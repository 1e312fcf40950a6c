package control

import (
	"context"
	"encoding/json"
	"maps"

	"golang.org/x/sync/errgroup"
)

// UnmarshalJSON accepts IDs that are numbers.
func (a *Assignment) UnmarshalJSON(data []byte) error {
	var wire struct {
		ModelID flexText `json:"model_id"`
		Version flexText `json:"version"`
		Source  flexText `json:"source"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*a = Assignment{ModelID: string(wire.ModelID), Version: string(wire.Version), Source: string(wire.Source)}
	return nil
}

// oneAssignment is the `assignment` of a device on servers that give one instead of a list (CONTRACT.md, section 4): an object, or null
// for a device that is assigned nothing. The zero value means that the server does not say.
type oneAssignment struct {
	winning *Assignment
	none    bool
}

func (o *oneAssignment) UnmarshalJSON(data []byte) error {
	*o = oneAssignment{}
	var a Assignment
	switch err := json.Unmarshal(data, &a); {
	case string(data) == "null":
		o.none = true
	case err == nil && a.ModelID != "": // anything else does not say whose version it is
		o.winning = &a
	}
	return nil
}

// list returns the assignments that a device without others has, nil where the server does not say.
func (o oneAssignment) list() []Assignment {
	switch {
	case o.winning != nil:
		return []Assignment{*o.winning}
	case o.none:
		return []Assignment{}
	}
	return nil
}

// assignmentList is the response to a read of the assignments of one device: a list in any form, or one `assignment`.
type assignmentList []Assignment

func (l *assignmentList) UnmarshalJSON(data []byte) error {
	var wire struct {
		Assignment oneAssignment `json:"assignment"`
	}
	if json.Unmarshal(data, &wire) == nil { // an array is none
		*l = wire.Assignment.list()
	}
	all := page[Assignment]{key: "assignments"}
	err := all.UnmarshalJSON(data)
	if err != nil && *l != nil {
		return nil
	}
	*l = all.items
	return err
}

// assignmentKind is the versions that devices are assigned. Its list call is that of the devices, where that carries assignments.
var assignmentKind = kind[Device]{
	listing: deviceListing,
	one: func(ctx context.Context, c *Client, id string) (Device, error) {
		assigned, err := get[assignmentList](ctx, c, "read the assignments of a device", join("devices", id, "assignments"), nil)
		return Device{ID: id, Assignments: assigned}, err
	},
	id:       func(d Device) string { return d.ID },
	complete: func(d Device) bool { return d.Assignments != nil },
	equal:    func(single, listed Device) bool { return maps.Equal(single.versions(), listed.versions()) },
}

// DeviceAssignments reads the assignments of one device, for servers whose lists do not carry them (CONTRACT.md, section 4).
func (c *Client) DeviceAssignments(ctx context.Context, deviceID string) ([]Assignment, error) {
	d, err := assignmentKind.read(ctx, c, deviceID)
	return d.Assignments, err
}

// assignmentReads is the number of devices whose assignments are read concurrently where a list does not carry them.
const assignmentReads = 8

// Member is a member of a device group, with the version of one model that it is assigned.
type Member struct {
	// ID is that of the device.
	ID string
	// Version is "" where none is assigned.
	Version string
	// Source says what has assigned the version, SourceDeployment or SourceRollout, "" where the server does not say.
	Source string
}

// GroupAssignments lists the members of a group with the version of a model that each is assigned; it is never nil without an error.
// Where the server's list of members does not carry assignments, each device is read (CONTRACT.md, section 4).
func (c *Client) GroupAssignments(ctx context.Context, groupID, modelID string) ([]Member, error) {
	members, err := c.GroupDevices(ctx, groupID)
	if err != nil {
		return nil, err
	}
	deleted := make([]bool, len(members))
	ctx, done := c.cache.SharedBatch(ctx)
	defer done()
	readers, ctx := errgroup.WithContext(ctx)
	readers.SetLimit(assignmentReads)
	for i := range members {
		if members[i].knows(modelID) {
			continue
		}
		readers.Go(func() error {
			assigned, err := c.DeviceAssignments(ctx, members[i].ID)
			if NotFound(err) {
				deleted[i] = true // since the list was read
				return nil
			}
			members[i].Assignments, members[i].Winning = assigned, nil
			return err
		})
	}
	if err := readers.Wait(); err != nil {
		return nil, err
	}
	assigned := make([]Member, 0, len(members))
	for i, device := range members {
		if !deleted[i] {
			assigned = append(assigned, Member{ID: device.ID, Version: device.assigned(modelID), Source: device.source(modelID)})
		}
	}
	return assigned, nil
}

// knows is true where the server has said which version of a model the device is assigned. The one assignment that some servers give
// says nothing about other models.
func (d Device) knows(modelID string) bool {
	return d.Assignments != nil || d.Winning != nil && d.Winning.ModelID == modelID
}

// assigned is the version of a model that the device is assigned, "" for none.
func (d Device) assigned(modelID string) string {
	if d.Winning != nil && d.Winning.ModelID == modelID {
		return d.Winning.Version
	}
	for _, a := range d.Assignments {
		if a.ModelID == modelID {
			return a.Version
		}
	}
	return ""
}

// source is what has assigned the version, "" where the server does not say.
func (d Device) source(modelID string) string {
	for _, a := range d.Assignments {
		if a.ModelID == modelID {
			return a.Source
		}
	}
	return ""
}

// versions are the versions that the device is assigned, by model.
func (d Device) versions() map[string]string {
	versions := make(map[string]string, len(d.Assignments))
	for _, a := range d.Assignments {
		versions[a.ModelID] = a.Version
	}
	return versions
}
