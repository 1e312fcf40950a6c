package fleet

import (
	"slices"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

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

// aliasKey is where private state keeps the aliases of members that are in state by their id although no configuration called
// them so: after an import, and when someone else has added a device. The configuration may call them by their identifier.
const aliasKey = "aliases"

// same is true when planned names the devices of state, each once.
func (a aliases) same(state, planned []string) bool {
	if len(state) != len(planned) {
		return false
	}
	left := make(map[string]bool, len(state))
	ids := make(map[string]string, len(a))
	for _, spelling := range state {
		left[spelling] = true
		if identifier, ok := a[spelling]; ok {
			ids[identifier] = spelling
		}
	}
	for _, spelling := range planned {
		if !left[spelling] {
			spelling = ids[spelling]
		}
		if !left[spelling] {
			return false
		}
		delete(left, spelling)
	}
	return true
}

// keep are the aliases of those that are still members.
func (a aliases) keep(have roster) aliases {
	kept := aliases{}
	for id, identifier := range a {
		if _, member := have.byID[id]; member {
			kept[id] = identifier
		}
	}
	return kept
}
