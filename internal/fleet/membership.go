package fleet

import (
	"slices"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// membership is the set of devices in a group on the server. The configuration refers to a device by its ID or by its
// device_identifier, which is called a ref here.
type membership struct {
	devices      []control.Device
	byID         map[string]int
	byIdentifier map[string]int
	// alike finds members by the folded spelling of either, -1 where that is ambiguous. It is empty until an exact search has failed.
	alike map[string]int
}

func newMembership(devices []control.Device) membership {
	m := membership{
		devices: devices, byID: make(map[string]int, len(devices)), byIdentifier: make(map[string]int, len(devices)), alike: map[string]int{},
	}
	for i, d := range devices {
		m.byID[d.ID] = i
		if d.Identifier != "" {
			m.byIdentifier[d.Identifier] = i
		}
	}
	return m
}

// find finds the member that a ref names. If the ID of one device is the identifier of another, the ID wins.
// A server may keep a ref in another spelling that means the same.
func (m membership) find(ref string) (index int, found bool) {
	if index, found = m.byID[ref]; found {
		return index, true
	}
	if index, found = m.byIdentifier[ref]; found {
		return index, true
	}
	if len(m.alike) == 0 {
		for i, d := range m.devices {
			for _, name := range []string{d.ID, d.Identifier} {
				key := control.FoldedText(name)
				if other, taken := m.alike[key]; taken && other != i {
					i = -1
				}
				m.alike[key] = i
			}
		}
	}
	index, found = m.alike[control.FoldedText(ref)]
	return index, found && index >= 0
}

// aliases maps the IDs of devices to their identifiers.
type aliases map[string]string

// refs returns the members: first those that prior names, in its order and by its refs, then all others by ID. It also returns the
// identifiers of the others, because the configuration may refer to them that way.
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

// changes make the membership the wanted one.
type changes struct {
	// add has refs of the configuration, remove has IDs.
	add, remove []string
}

func (c changes) empty() bool { return len(c.add)+len(c.remove) == 0 }

// appliedTo reports whether a membership shows the changes.
func (c changes) appliedTo(m membership) bool {
	for _, ref := range c.add {
		if _, member := m.find(ref); !member {
			return false
		}
	}
	for _, id := range c.remove {
		if _, member := m.byID[id]; member {
			return false
		}
	}
	return true
}

// diff returns the changes from the membership to the wanted one.
func (m membership) diff(wanted []string) changes {
	var c changes
	stays := make([]bool, len(m.devices))
	for _, ref := range wanted {
		if i, member := m.find(ref); member {
			stays[i] = true
		} else {
			c.add = append(c.add, ref)
		}
	}
	for i, d := range m.devices {
		if !stays[i] && m.byID[d.ID] == i {
			c.remove = append(c.remove, d.ID)
		}
	}
	return c
}

// duplicates returns the indexes of refs whose device an earlier ref names already.
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

// subset returns the members that the refs name.
func (m membership) subset(refs []string) membership {
	var devices []control.Device
	for _, ref := range refs {
		if i, member := m.find(ref); member {
			devices = append(devices, m.devices[i])
		}
	}
	return newMembership(devices)
}

// aliasKey is the private state key for the aliases of members that are in state by ID although no configuration has named them,
// which is so after an import and for devices that were added outside of Terraform. The configuration may name their identifiers.
const aliasKey = "aliases"

// equal reports whether planned names the devices of state, each exactly once.
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

// of returns the aliases of the devices that are still members.
func (a aliases) of(have membership) aliases {
	kept := aliases{}
	for id, identifier := range a {
		if _, member := have.byID[id]; member {
			kept[id] = identifier
		}
	}
	return kept
}
