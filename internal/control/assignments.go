package control

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// assignmentReads is how many devices are asked at once where a list does not tell what they are assigned.
const assignmentReads = 8

// GroupAssignments counts the members of a group by the version of a model that they are assigned; "" counts those without
// one. Where the server's list of members does not carry assignments, each device is asked (the control API contract,
// section 4).
func (c *Client) GroupAssignments(ctx context.Context, groupID, modelID string) (map[string]int, error) {
	members, err := c.GroupDevices(ctx, groupID)
	if err != nil {
		return nil, err
	}
	left := make([]bool, len(members))
	readers, ctx := errgroup.WithContext(ctx)
	readers.SetLimit(assignmentReads)
	for i := range members {
		if members[i].Assignments != nil {
			continue
		}
		readers.Go(func() error {
			assigned, err := c.DeviceAssignments(ctx, members[i].ID)
			if NotFound(err) {
				left[i] = true // it is gone since the list was read
				return nil
			}
			members[i].Assignments = assigned
			return err
		})
	}
	if err := readers.Wait(); err != nil {
		return nil, err
	}
	versions := map[string]int{}
	for i, device := range members {
		if !left[i] {
			versions[device.assigned(modelID)]++
		}
	}
	return versions, nil
}

// assigned is the version of a model that the device is to run, "" where it has none.
func (d Device) assigned(modelID string) string {
	for _, a := range d.Assignments {
		if a.ModelID == modelID {
			return a.Version
		}
	}
	return ""
}
