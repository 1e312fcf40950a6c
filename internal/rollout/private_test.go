package rollout

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPrivateKeepsTheVersionsThatTheGroupHasHad(t *testing.T) {
	t.Parallel()
	m := Private{}.Accepted(Result{Proposal: Proposal{Spec: Spec{Version: "1.0.0", Percentage: 100}}, ID: "a"})
	incomplete := m.Accepted(Result{Proposal: Proposal{Spec: Spec{Version: "2.0.0", Percentage: 40}}, ID: "b", Activated: 10})
	if incomplete.Deployed != nil {
		t.Errorf("a deployment that has not ended well counts as deployed: %v", incomplete.Deployed)
	}
	m.LastApplySucceeded = true
	next := m.Accepted(Result{Proposal: Proposal{Spec: Spec{Version: "2.0.0", Percentage: 40}}, ID: "b", Activated: 10})
	want := Private{Pin: "2.0.0", RolloutID: "b", Percentage: 40, Activated: 10, Deployed: []string{"1.0.0"}}
	if diff := cmp.Diff(want, next); diff != "" {
		t.Error(diff)
	}
	next.LastApplySucceeded = true
	if got := next.Accepted(Result{Proposal: Proposal{Spec: Spec{Version: "1.0.0", Percentage: 100}}}).Deployed; len(got) != 1 {
		t.Errorf("a percentage of the group counts as deployed: %v", got)
	}
}
