package control

import (
	"encoding/json"
	"slices"
)

// deviceResults is the list of the devices of a deployment or a rollout, each with what became of it (CONTRACT.md, section 4). It is nil
// where the server gives none.
type deviceResults []string

// The words for a device that has the version, and for one that will not get it. Any other word means that it is on its way.
var (
	updatedWords = []string{"updated", "deployed", "done"}
	failedWords  = []string{"failed"}
)

// UnmarshalJSON keeps the status of each device, "" for one without.
func (r *deviceResults) UnmarshalJSON(data []byte) error {
	*r = nil
	var entries []json.RawMessage
	if json.Unmarshal(data, &entries) != nil || entries == nil {
		return nil //nolint:nilerr // anything else than a list means that there is none
	}
	*r = make(deviceResults, len(entries))
	for i, entry := range entries {
		var device struct {
			Status flexText `json:"status"`
		}
		if json.Unmarshal(entry, &device) == nil { // an entry can also be an ID only
			(*r)[i] = string(device.Status)
		}
	}
	return nil
}

// assigned is the number of devices that were assigned the version, nil where the server gives no list.
func (r deviceResults) assigned() *int {
	if r == nil {
		return nil
	}
	n := len(r) - r.count(failedWords)
	return &n
}

// affected counts the devices of a rollout. Only a list that gives a status of each says how many of them are updated.
func (r deviceResults) affected() AffectedDevices {
	counts := AffectedDevices{Total: length(r)}
	if r == nil || slices.Contains(r, "") {
		return counts
	}
	updated, failed := r.count(updatedWords), r.count(failedWords)
	pending := len(r) - updated - failed
	counts.Updated, counts.Failed, counts.Pending = &updated, &failed, &pending
	return counts
}

func (r deviceResults) count(words []string) int {
	n := 0
	for _, status := range r {
		if slices.Contains(words, status) {
			n++
		}
	}
	return n
}

// length is nil for nil.
func length[T any](list []T) *int {
	if list == nil {
		return nil
	}
	n := len(list)
	return &n
}
