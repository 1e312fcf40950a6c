package fleet

import (
	"slices"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// membership is a membership as the server has it. A device is found by its id and by its device_identifier.
type membership struct {
	devices      []control.Device
	byID         map[string]int
	byIdentifier map[string]int
}

func newMembership(devices []control.Device) membership {
	m := membership{devices: devices, byID: make(map[string]int, len(devices)), byIdentifier: make(map[string]int, len(devices))}
	for i, d := range devices {
		m.byID[d.ID] = i
		if d.Identifier != "" {
			m.byIdentifier[d.Identifier] = i
		}
	}
	return m
}

// find prefers the id, should one device's id be another one's identifier.
func (m membership) find(ref string) (index int, found bool) {
	if index, found = m.byID[ref]; found {
		return index, true
	}
	index, found = m.byIdentifier[ref]
	return index, found
}

// aliases are device identifiers by device id.
type aliases map[string]string

// refs lists the members: those that prior names in its order and ref, then all others by id. The identifiers of the
// others are answered too, for they may be what the configuration calls them.
func (m membership) refs(prior []string) (refs []string, others aliases) {
	refs = make([]string, 0, len(m.devices))
	named := make([]bool, len(m.devices))
	for _, ref := range prior {
		if i, member := m.find(ref); member && !named[i] {
			named[i] = true
			refs = append(refs, ref)
		}
	}
	from := len(refs)
	others = aliases{}
	for i, d := range m.devices {
		if named[i] || m.byID[d.ID] != i { // a page may repeat a device while the group is changing
			continue
		}
		refs = append(refs, d.ID)
		if d.Identifier != "" && d.Identifier != d.ID {
			others[d.ID] = d.Identifier
		}
	}
	slices.Sort(refs[from:])
	return refs, others
}

// changes are what makes the membership the wanted one.
type changes struct {
	// add are devices in the ref of the configuration, remove are ids.
	add, remove []string
}

func (c changes) empty() bool { return len(c.add)+len(c.remove) == 0 }

// diff compares the membership with the wanted one.
func (m membership) diff(wanted []string) changes {
	var due changes
	stays := make([]bool, len(m.devices))
	for _, ref := range wanted {
		if i, member := m.find(ref); member {
			stays[i] = true
		} else {
			due.add = append(due.add, ref)
		}
	}
	for i, d := range m.devices {
		if !stays[i] && m.byID[d.ID] == i {
			due.remove = append(due.remove, d.ID)
		}
	}
	return due
}

// duplicates are the indexes of wanted that name a device which an earlier one has named otherwise.
func (m membership) duplicates(wanted []string) []int {
	var twice []int
	named := make([]bool, len(m.devices))
	for at, ref := range wanted {
		i, member := m.find(ref)
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

// subset is the part of the membership that the refs name.
func (m membership) subset(refs []string) membership {
	var devices []control.Device
	for _, ref := range refs {
		if i, member := m.find(ref); member {
			devices = append(devices, m.devices[i])
		}
	}
	return newMembership(devices)
}

// aliasKey is where private state keeps the aliases of members that are in state by their id although no configuration called
// them so: after an import, and when someone else has added a device. The configuration may call them by their identifier.
const aliasKey = "aliases"

// equal is true when planned names the devices of state, each once.
func (a aliases) equal(state, planned []string) bool {
	if len(state) != len(planned) {
		return false
	}
	left := make(map[string]bool, len(state))
	ids := make(map[string]string, len(a))
	for _, ref := range state {
		left[ref] = true
		if identifier, ok := a[ref]; ok {
			ids[identifier] = ref
		}
	}
	for _, ref := range planned {
		if !left[ref] {
			ref = ids[ref]
		}
		if !left[ref] {
			return false
		}
		delete(left, ref)
	}
	return true
}

// of are the aliases of those that are still members.
func (a aliases) of(have membership) aliases {
	kept := aliases{}
	for id, identifier := range a {
		if _, member := have.byID[id]; member {
			kept[id] = identifier
		}
	}
	return kept
}
