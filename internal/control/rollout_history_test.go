package control

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// CONTRACT.md 3.39
func TestRolloutChanges(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, ok(`[
		{"status":"completed","percentage":"100","created_at":"2026-11-24T12:00:02Z"},
		{"status":"in_progress","rollout_percentage":10.0,"created_at":"2026-11-24T12:00:01"},
		{"status":"created","created_at":"soon"}]`))
	got, err := c.RolloutChanges(t.Context(), "m", "7")
	if err != nil {
		t.Fatal(err)
	}
	at := func(second int) time.Time { return time.Date(2026, 11, 24, 12, 0, second, 0, time.UTC) }
	want := []RolloutChange{{RolloutPending, 0, time.Time{}}, {RolloutActive, 10, at(1)}, {RolloutCompleted, 100, at(2)}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the changes (-want +got):\n%s", diff)
	}
	if want := "GET models/m/rollouts/7/status-history"; w.calls()[0] != want {
		t.Errorf("sent %s; want %s", w.calls()[0], want)
	}
}

// A server that keeps no history is no error; one that refuses is.
//
// CONTRACT.md 1.56, 3.81
func TestRolloutChangesOfServerWithoutThem(t *testing.T) {
	t.Parallel()
	c, _ := scripted(t, answer(http.StatusNotFound, `{"detail":"Not Found"}`))
	if got, err := c.RolloutChanges(t.Context(), "m", "7"); err != nil || got != nil {
		t.Errorf("got %v, %v", got, err)
	}
	c, _ = scripted(t, answer(http.StatusForbidden, `{"detail":"no"}`))
	if _, err := c.RolloutChanges(t.Context(), "m", "7"); err == nil {
		t.Error("a refusal is no error")
	}
}

// CONTRACT.md 3.7
func TestRolloutCompletedAt(t *testing.T) {
	t.Parallel()
	var r Rollout
	if err := r.UnmarshalJSON([]byte(`{"id":1,"version":"1.0.0","status":"completed","completed_at":"2026-11-24T12:00:00"}`)); err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC); !r.CompletedAt.Equal(want) {
		t.Errorf("completed at %s; want %s", r.CompletedAt, want)
	}
}
