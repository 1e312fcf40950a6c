package fleet

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// membersModel is the membership as Terraform holds it.
type membersModel struct {
	ID        types.String `tfsdk:"id"`
	GroupID   types.String `tfsdk:"group_id"`
	DeviceIDs types.List   `tfsdk:"device_ids"`
}

// wanted are the devices in the spelling of the configuration or of the state.
func (m *membersModel) wanted(ctx context.Context, diags *diag.Diagnostics) []string {
	return resourcekit.Strings(ctx, m.DeviceIDs, diags)
}

// set takes the membership from the server, and answers the aliases of the members that prior did not spell.
func (m *membersModel) set(ctx context.Context, have roster, prior []string, diags *diag.Diagnostics) (others aliases) {
	spelled, others := have.spell(prior)
	list, d := types.ListValueFrom(ctx, types.StringType, spelled)
	diags.Append(d...)
	m.ID, m.DeviceIDs = m.GroupID, list
	return others
}

// roster is a membership as the server has it. A device is found by its id and by its device_identifier.
type roster struct {
	devices      []control.Device
	byID         map[string]int
	byIdentifier map[string]int
}

func newRoster(devices []control.Device) roster {
	r := roster{devices: devices, byID: make(map[string]int, len(devices)), byIdentifier: make(map[string]int, len(devices))}
	for i, d := range devices {
		r.byID[d.ID] = i
		if d.Identifier != "" {
			r.byIdentifier[d.Identifier] = i
		}
	}
	return r
}

// find prefers the id, should one device's id be another one's identifier.
func (r roster) find(spelling string) (index int, found bool) {
	if index, found = r.byID[spelling]; found {
		return index, true
	}
	index, found = r.byIdentifier[spelling]
	return index, found
}

// aliases are device identifiers by device id.
type aliases map[string]string

// spell lists the members: those that prior names in its order and spelling, then all others by id. The identifiers of the
// others are answered too, for they may be what the configuration calls them.
func (r roster) spell(prior []string) (spelled []string, others aliases) {
	spelled = make([]string, 0, len(r.devices))
	named := make([]bool, len(r.devices))
	for _, spelling := range prior {
		if i, member := r.find(spelling); member && !named[i] {
			named[i] = true
			spelled = append(spelled, spelling)
		}
	}
	from := len(spelled)
	others = aliases{}
	for i, d := range r.devices {
		if named[i] || r.byID[d.ID] != i { // a page may repeat a device while the group is changing
			continue
		}
		spelled = append(spelled, d.ID)
		if d.Identifier != "" && d.Identifier != d.ID {
			others[d.ID] = d.Identifier
		}
	}
	slices.Sort(spelled[from:])
	return spelled, others
}

// changes are what makes the membership the wanted one.
type changes struct {
	// add are devices in the spelling of the configuration, remove are ids.
	add, remove []string
}

func (c changes) none() bool { return len(c.add)+len(c.remove) == 0 }

// changesTo compares the membership with the wanted one.
func (r roster) changesTo(wanted []string) changes {
	var due changes
	stays := make([]bool, len(r.devices))
	for _, spelling := range wanted {
		if i, member := r.find(spelling); member {
			stays[i] = true
		} else {
			due.add = append(due.add, spelling)
		}
	}
	for i, d := range r.devices {
		if !stays[i] && r.byID[d.ID] == i {
			due.remove = append(due.remove, d.ID)
		}
	}
	return due
}

// spelledTwice are the indexes of wanted that name a device which an earlier one has named otherwise.
func (r roster) spelledTwice(wanted []string) []int {
	var twice []int
	named := make([]bool, len(r.devices))
	for at, spelling := range wanted {
		i, member := r.find(spelling)
		if !member {
			continue
		}
		if named[i] {
			twice = append(twice, at)
		}
		named[i] = true
	}
	return twice
}

// only is the part of the roster that the spellings name.
func (r roster) only(spellings []string) roster {
	var devices []control.Device
	for _, spelling := range spellings {
		if i, member := r.find(spelling); member {
			devices = append(devices, r.devices[i])
		}
	}
	return newRoster(devices)
}
