package control

import (
	"encoding/json"
	"testing"
)

func TestRolloutDecodesBothDialects(t *testing.T) {
	for name, body := range map[string]string{
		"docs": `{"id":"5","rollout_id":"5","version":"2.0.0","status":"active","percentage":40,"from_version":"1.0.0"}`,
		"sdk":  `{"rollout_id":5,"version":"2.0.0","status":"in_progress","rollout_percentage":40.0,"previous_version":"1.0.0"}`,
	} {
		var r Rollout
		if err := json.Unmarshal([]byte(body), &r); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if r.ID != "5" || r.Status != RolloutActive || r.Percentage != 40 || r.PreviousVersion != "1.0.0" {
			t.Errorf("%s: decoded %+v", name, r)
		}
	}
}

func TestSortNewestFirstComparesWholeNumbersAsNumbers(t *testing.T) {
	rollouts := []Rollout{{ID: "9"}, {ID: "10"}, {ID: "2"}}
	SortNewestFirst(rollouts)
	if rollouts[0].ID != "10" || rollouts[2].ID != "2" {
		t.Errorf("order %v", rollouts)
	}
}
