package rollout

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/fnv"
	"maps"
	"math"
	"slices"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Members are the members of a group, each with the version that it is assigned. Unlike an empty group, nil is not known.
type Members []control.Member

// Count counts the members by version; "" counts those without one.
func (m Members) Count() Assignments {
	counts := Assignments{}
	for _, member := range m {
		counts[member.Version]++
	}
	return counts
}

// without counts by version the members of a set that do not have a version.
func (m Members) without(version string, set DeviceSet) Assignments {
	counts := Assignments{}
	for _, member := range m {
		if member.Version != version && set.Contains(member.ID) {
			counts[member.Version]++
		}
	}
	return counts
}

// devices is the set of all members.
func (m Members) devices() DeviceSet {
	set := DeviceSet{}
	for _, member := range m {
		set.add(member.ID)
	}
	return set
}

// assigned is the set of the members that have a version.
func (m Members) assigned(version string) DeviceSet {
	set := DeviceSet{}
	for _, member := range m {
		if member.Version == version {
			set.add(member.ID)
		}
	}
	return set
}

// Assignments counts the members of a group by the version that they are assigned; "" counts those without one.
type Assignments map[string]int

// Total returns the number of members.
func (a Assignments) Total() int {
	total := 0
	for _, n := range a {
		total += n
	}
	return total
}

// mostCommon is the version that most members have, except some versions; "" where no other is assigned.
func (a Assignments) mostCommon(except ...string) string {
	versions := slices.DeleteFunc(slices.Sorted(maps.Keys(a)), func(v string) bool { return v == "" || slices.Contains(except, v) })
	if len(versions) == 0 {
		return ""
	}
	return slices.MaxFunc(versions, func(x, y string) int { return cmp.Compare(a[x], a[y]) })
}

// DeviceSet is a set of devices, kept in private state as a hash of four bytes each. Unlike an empty set, nil is not known.
type DeviceSet map[uint32]struct{}

// maxDeviceSet is the size up to which private state keeps a set: some 50 KB. A larger one is not known in the next run.
const maxDeviceSet = 10_000

func hashOf(id string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return h.Sum32()
}

func (s DeviceSet) add(id string) { s[hashOf(id)] = struct{}{} }

// Contains reports whether a device is in the set.
func (s DeviceSet) Contains(id string) bool {
	_, in := s[hashOf(id)]
	return in
}

// MarshalJSON writes the hashes in Base64, and null for a set that is not known or too large to be kept.
func (s DeviceSet) MarshalJSON() ([]byte, error) {
	if s == nil || len(s) > maxDeviceSet {
		return []byte("null"), nil
	}
	data := make([]byte, 0, 4*len(s))
	for _, hash := range slices.Sorted(maps.Keys(s)) {
		data = binary.BigEndian.AppendUint32(data, hash)
	}
	return json.Marshal(base64.StdEncoding.EncodeToString(data))
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *DeviceSet) UnmarshalJSON(text []byte) error {
	*s = nil
	var data []byte
	if string(text) == "null" {
		return nil
	}
	if err := json.Unmarshal(text, &data); err != nil {
		return err
	}
	if len(data)%4 != 0 {
		return errors.New("a set of devices of which a part is missing")
	}
	*s = make(DeviceSet, len(data)/4)
	for hash := range slices.Chunk(data, 4) {
		(*s)[binary.BigEndian.Uint32(hash)] = struct{}{}
	}
	return nil
}

// PercentageOf returns a part of a whole in percent, to two decimals: 0 of an empty whole, and 0 or 100 only of none or all.
func PercentageOf(part, whole int) float64 {
	switch {
	case whole == 0 || part <= 0:
		return 0
	case part >= whole:
		return 100
	}
	return min(max(math.Round(float64(part)*10_000/float64(whole))/100, 0.01), 99.99)
}
