package control

import (
	"encoding/json"
	"math"
)

// AffectedDevices counts the devices in a rollout's percentage (CONTRACT.md, section 3; all fields are assumed). A count is nil where
// the server does not give it.
type AffectedDevices struct {
	Total, Updated, Pending, Failed *int
}

// UnmarshalJSON reads every spelling of the contract, and counts a list of devices where no number is given.
func (a *AffectedDevices) UnmarshalJSON(data []byte) error {
	var bare deviceResults
	if err := bare.UnmarshalJSON(data); err == nil && bare != nil {
		*a = bare.affected()
		return nil
	}
	var wire struct {
		Total        *flexNumber   `json:"total"`
		TotalDevices *flexNumber   `json:"total_devices"`
		DeviceCount  *flexNumber   `json:"device_count"`
		Updated      *flexNumber   `json:"updated"`
		Pending      *flexNumber   `json:"pending"`
		Failed       *flexNumber   `json:"failed"`
		Devices      deviceResults `json:"devices"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	listed := wire.Devices.affected()
	total := countOr(listed.Total, wire.Total, wire.TotalDevices, wire.DeviceCount)
	if total != nil && listed.Total != nil && *total != *listed.Total {
		listed = AffectedDevices{} // only some of the devices
	}
	*a = AffectedDevices{
		Total:   total,
		Updated: countOr(listed.Updated, wire.Updated),
		Pending: countOr(listed.Pending, wire.Pending),
		Failed:  countOr(listed.Failed, wire.Failed),
	}
	return nil
}

// count is the first number that the server gives, nil for what cannot be a number of devices: a guard must not take another number
// for it.
func count(given ...*flexNumber) *int {
	n := firstGiven(given)
	if n == nil || *n < 0 || *n > math.MaxInt32 || float64(*n) != math.Trunc(float64(*n)) {
		return nil
	}
	value := int(*n)
	return &value
}

// countOr is count, and counted where the server gives no number.
func countOr(counted *int, given ...*flexNumber) *int {
	if firstGiven(given) == nil {
		return counted
	}
	return count(given...)
}

func firstGiven(given []*flexNumber) *flexNumber {
	for _, n := range given {
		if n != nil {
			return n
		}
	}
	return nil
}

// AllUpdated is true when the server gives both counts and all devices are updated.
func (a AffectedDevices) AllUpdated() bool {
	return a.Total != nil && a.Updated != nil && *a.Updated >= *a.Total
}

// size is a number of bytes or megabytes, 0 for what cannot be one.
func (n flexNumber) size() int64 {
	if n < 0 || n >= math.MaxInt64 {
		return 0
	}
	return int64(n)
}
