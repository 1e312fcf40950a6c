package sandbox

import (
	"cmp"
	"slices"
	"time"
)

const (
	static  = "static"
	dynamic = "dynamic"
	hybrid  = "hybrid"
)

// maxMemberBatch is how many devices one call may add (CONTRACT.md, section 5).
const maxMemberBatch = 1000

// group is a device group.
type group struct {
	id, name, mode   string
	description      *string
	tags             []string
	rules            []rule
	created, updated time.Time

	// added and removed are the manual changes. removed matters only if the rules would add the device again.
	added, removed map[*device]bool
	// members is computed on demand. It is valid if membersVersion is the devicesVersion of the world.
	members        []*device
	membersVersion int
}

func (w *world) createGroup(g *group) (*group, error) {
	if _, taken := w.groupByName[g.name]; taken {
		return nil, conflict("a device group named %q already exists", g.name)
	}
	g.id, g.created, g.updated = w.nextID("grp"), w.clock, w.clock
	g.added, g.removed = map[*device]bool{}, map[*device]bool{}
	g.invalidateMembers()
	w.groups = append(w.groups, g)
	w.groupByID[g.id], w.groupByName[g.name] = g, g
	return g, nil
}

func (w *world) renameGroup(g *group, name string) error {
	if other, taken := w.groupByName[name]; taken && other != g {
		return conflict("a device group named %q already exists", name)
	}
	delete(w.groupByName, g.name)
	g.name = name
	w.groupByName[name] = g
	return nil
}

// deleteGroup keeps the devices and their assignments.
func (w *world) deleteGroup(g *group) {
	w.removeTargetGroup(g)
	w.groups = without(w.groups, g)
	delete(w.groupByID, g.id)
	delete(w.groupByName, g.name)
}

func (g *group) invalidateMembers() { g.membersVersion = -1 }

// isMember reports whether a device is in a group: added manually, or by the rules of a dynamic or hybrid group. A device
// out of service is in no group.
func (w *world) isMember(g *group, d *device) bool {
	if !d.inFleet() || g.removed[d] {
		return false
	}
	return g.added[d] || g.mode != static && len(g.rules) > 0 && matchesAll(g.rules, d)
}

// membersOf lists a group's devices in the order of their registration.
func (w *world) membersOf(g *group) []*device {
	if g.membersVersion == w.devicesVersion {
		return g.members
	}
	g.members = nil
	if g.mode == static {
		for d := range g.added {
			if d.inFleet() {
				g.members = append(g.members, d)
			}
		}
		slices.SortFunc(g.members, func(a, b *device) int { return cmp.Compare(a.index, b.index) })
	} else {
		for _, d := range w.devices {
			if w.isMember(g, d) {
				g.members = append(g.members, d)
			}
		}
	}
	g.membersVersion = w.devicesVersion
	return g.members
}

// addMembers adds devices manually. If one cannot be added, none is.
func (w *world) addMembers(g *group, ids []string) error {
	if g.mode == dynamic {
		return conflict("device group %s is dynamic: its rules determine its members", g.name)
	}
	if len(ids) > maxMemberBatch {
		return invalid("device_ids", "device_ids must have at most %d entries, not %d", maxMemberBatch, len(ids))
	}
	devices := make([]*device, len(ids))
	for i, id := range ids {
		d, err := w.device(id)
		if err != nil {
			return err
		}
		devices[i] = d
	}
	for _, d := range devices {
		g.added[d] = true
		delete(g.removed, d)
	}
	g.updated = w.clock
	g.invalidateMembers()
	return nil
}

func (w *world) removeMember(g *group, id string) error {
	if g.mode == dynamic {
		return conflict("device group %s is dynamic: its rules determine its members", g.name)
	}
	d, err := w.device(id)
	if err != nil {
		return err
	}
	if !g.added[d] && !w.isMember(g, d) {
		return notFound("device %q is not a member of device group %s", id, g.name)
	}
	delete(g.added, d)
	if g.mode == hybrid {
		g.removed[d] = true
	}
	g.updated = w.clock
	g.invalidateMembers()
	return nil
}
