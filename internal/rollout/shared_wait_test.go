package rollout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// slowServer answers after a second with what it has at that moment, and counts the requests.
type slowServer struct {
	mu       sync.Mutex
	requests map[string]int
	// answer returns the status and the body of a request for a path.
	answer func(path string) (status int, body string)
}

func (s *slowServer) RoundTrip(req *http.Request) (*http.Response, error) {
	_, path, _ := strings.Cut(req.URL.Path, "/models/m/")
	s.mu.Lock()
	s.requests[path]++
	s.mu.Unlock()
	select {
	case <-time.After(time.Second):
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	status, body := s.answer(path)
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: req, Body: io.NopCloser(bytes.NewReader([]byte(body))),
	}, nil
}

func (s *slowServer) fleet(t *testing.T) Fleet {
	t.Helper()
	s.requests = map[string]int{}
	client, err := control.New(control.Config{BaseURL: "https://octomil.test/api/v1", APIKey: "k", OrgID: "demo", Transport: s})
	if err != nil {
		t.Fatal(err)
	}
	return Fleet{Client: client, Scope: Scope{Model: "m", ModelID: "m"}, Options: Options{PollInterval: 2 * time.Second}}
}

func waitingFor(version string, percentage float64) Result {
	return Result{ID: "2", Written: true, Proposal: Proposal{Spec: Spec{Version: version, Percentage: percentage, Wait: true}, Operation: Operation{Kind: Deploy, To: version}}}
}

const affected = `{"total_devices":4,"updated_devices":1}`

// All who wait for rollouts of one model share the polls, those who leave disturb nobody, and nobody takes a poll from before its question.
func TestWaitsShareThePolls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const waiters = 20
		end := time.Now().Add(time.Minute)
		s := &slowServer{answer: func(path string) (int, string) {
			if path != "rollouts" {
				return 200, affected
			}
			status, percentage := "active", 50
			if time.Now().After(end) {
				status, percentage = "completed", 100
			}
			return 200, fmt.Sprintf(`{"rollouts":[{"id":"2","version":"2.0.0","status":%q,"rollout_percentage":%d}]}`, status, percentage)
		}}
		f := s.fleet(t)
		var all sync.WaitGroup
		for i := range waiters {
			all.Go(func() {
				time.Sleep(time.Duration(i) * 10 * time.Millisecond)
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				leaves := i%3 == 0
				if leaves {
					time.AfterFunc(time.Duration(i)*time.Second, cancel)
				}
				r, err := Wait(ctx, f, waitingFor("2.0.0", 100))
				switch {
				case leaves && err == nil:
					t.Errorf("waiter %d has left and ended well", i)
				case !leaves && (err != nil || r.Rollout.Status != control.RolloutCompleted || !r.StateRead || time.Now().Before(end)):
					t.Errorf("waiter %d ended after %s with %v, %v", i, time.Until(end), r.Rollout.Status, err)
				}
			})
		}
		all.Wait()
		if n := s.requests["rollouts"]; n < 5 || n > 100 { // 200 without
			t.Errorf("%d polls for %d waiters; want those of a few", n, waiters)
		}
		if n := s.requests["rollouts/2"]; n > 0 {
			t.Errorf("the rollout was read %d times by itself", n)
		}
	})
}

// What a list says, or does not say yet, is confirmed by the rollout itself before it ends a wait.
func TestAWaitDoesNotEndOnAStaleList(t *testing.T) {
	t.Parallel()
	const running, older = `{"id":"2","version":"2.0.0","status":"active","rollout_percentage":50}`, `{"id":"1","version":"1.0.0","status":"completed"}`
	for name, tc := range map[string]struct {
		// stale is the list of the first 10 seconds, own the rollout itself; then the list shows it completed.
		stale, own string
		status     int
		want       ErrorKind
		ends       bool
	}{
		"it lacks the rollout":        {older, running, 200, 0, false},
		"it shows it as paused":       {strings.Replace(running, "active", "paused", 1), running, 200, 0, false},
		"it shows it as rolled back":  {strings.Replace(running, "active", "rolled_back", 1), running, 200, 0, false},
		"it says no percentage":       {`{"id":"2","version":"2.0.0","status":"active"}`, running, 200, 0, false},
		"the rollout is rolled back":  {strings.Replace(running, "active", "rolled_back", 1), strings.Replace(running, "active", "rolled_back", 1), 200, ErrorRolledBack, true},
		"the rollout was deleted":     {older, `{"detail":"no rollout 2"}`, 404, ErrorDeleted, true},
		"another version has the ID":  {strings.Replace(running, "2.0.0", "3.0.0", 1), strings.Replace(running, "2.0.0", "3.0.0", 1), 200, ErrorOtherVersion, true},
		"somebody else has paused it": {strings.Replace(running, "active", "paused", 1), strings.Replace(running, "active", "paused", 1), 200, ErrorPaused, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			s := &slowServer{answer: func(path string) (int, string) {
				switch {
				case strings.HasSuffix(path, "affected-devices"):
					return 200, affected
				case path == "rollouts/2":
					return tc.status, tc.own
				case time.Since(begun) < 10*time.Second:
					return 200, `{"rollouts":[` + tc.stale + `]}`
				}
				return 200, `{"rollouts":[` + strings.Replace(running, "active", "completed", 1) + `,` + older + `]}`
			}}
			f := s.fleet(t)
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			before := waitingFor("2.0.0", 100)
			before.Rollout = control.Rollout{ID: "2", Version: "2.0.0", Status: control.RolloutActive, Percentage: 50}
			r, err := Wait(ctx, f, before)
			var ended *Error
			switch {
			case tc.ends && (!errors.As(err, &ended) || ended.Kind != tc.want):
				t.Errorf("%s: ended with %v", name, err)
			case !tc.ends && (err != nil || r.Rollout.Status != control.RolloutCompleted || r.State.Version() != "2.0.0" || time.Since(begun) < 10*time.Second):
				t.Errorf("%s: ended after %s with %v, %v", name, time.Since(begun), r.State.Targeted, err)
			}
		})
	}
}

// The list that is read after the last device has followed shows the rollout completed: nothing is looked at once more.
func TestAWaitSeesTheEndInOneListAfterTheLastDevice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		counts := 0
		s := &slowServer{answer: func(path string) (int, string) {
			if path != "rollouts" { // one device follows after the other, and the last one completes the rollout
				counts++
				return 200, fmt.Sprintf(`{"total":4,"updated":%d}`, min(counts+1, 4))
			}
			status := "active"
			if counts >= 3 {
				status = "completed"
			}
			return 200, fmt.Sprintf(`{"rollouts":[{"id":"2","version":"2.0.0","status":%q,"rollout_percentage":100}]}`, status)
		}}
		f := s.fleet(t)
		before := waitingFor("2.0.0", 100)
		before.Rollout = control.Rollout{ID: "2", Version: "2.0.0", Status: control.RolloutActive, Percentage: 100}
		r, err := Wait(t.Context(), f, before)
		if err != nil || r.Rollout.Status != control.RolloutCompleted || !r.Affected.AllUpdated() {
			t.Errorf("ended with %+v, %v", r.Progress, err)
		}
		if s.requests["rollouts"] != 3 || s.requests["rollouts/2/affected-devices"] != 3 {
			t.Errorf("the wait took %v; want three lists and three counts", s.requests)
		}
	})
}

// A count of the devices of half a rollout does not end the wait for the whole one, which somebody else has advanced in between.
func TestAWaitCountsAgainWhatAnotherPercentageReaches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun, advanced := time.Now(), false
		s := &slowServer{answer: func(path string) (int, string) {
			switch {
			case path == "rollouts":
				advanced = true
				return 200, `{"rollouts":[{"id":"2","version":"2.0.0","status":"active","rollout_percentage":100}]}`
			case !advanced:
				return 200, `{"total":2,"updated":2}`
			case time.Since(begun) < 30*time.Second:
				return 200, `{"total":4,"updated":3}`
			}
			return 200, `{"total":4,"updated":4}`
		}}
		f := s.fleet(t)
		before := waitingFor("2.0.0", 100)
		before.StateRead = true
		before.Rollout = control.Rollout{ID: "2", Version: "2.0.0", Status: control.RolloutActive, Percentage: 50}
		r, err := Wait(t.Context(), f, before)
		if err != nil || time.Since(begun) < 30*time.Second || r.Affected.Updated == nil || *r.Affected.Updated != 4 {
			t.Errorf("ended after %s with %+v, %v", time.Since(begun), r.Progress, err)
		}
	})
}

// What has just begun is not asked for right after the answer that says so; what may be there already is.
func TestAWaitGivesARolloutTimeToBegin(t *testing.T) {
	t.Parallel()
	running := control.Rollout{ID: "2", Version: "2.0.0", Status: control.RolloutActive, Percentage: 100}
	staged, completed, silent := running, running, running
	staged.Percentage, completed.Status, silent.Status = 25, control.RolloutCompleted, ""
	for name, tc := range map[string]struct {
		answer     control.Rollout
		percentage float64
		ago        time.Duration
		want       time.Duration
	}{
		"devices are to follow":         {running, 100, 0, 2 * time.Second},
		"the percentage is reached":     {staged, 25, 0, 0},
		"it is completed":               {completed, 100, 0, 0},
		"the answer says nothing of it": {silent, 100, 0, 0},
		"it began a minute ago":         {running, 100, time.Minute, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			begun, first := time.Now(), time.Duration(-1)
			s := &slowServer{answer: func(string) (int, string) {
				if first < 0 {
					first = time.Since(begun) - time.Second // the server takes one
				}
				return 200, `{"rollouts":[{"id":"2","version":"2.0.0","status":"completed","rollout_percentage":100}]}`
			}}
			f := s.fleet(t)
			accepted := waitingFor("2.0.0", tc.percentage)
			accepted.Rollout, accepted.At = tc.answer, begun.Add(-tc.ago)
			if _, err := Wait(t.Context(), f, accepted); err != nil || first != tc.want {
				t.Errorf("%s: the first poll came after %s, %v; want %s", name, first, err, tc.want)
			}
		})
	}
}

// An interrupt and the end of the time are noticed in the pause before the first poll too.
func TestAWaitEndsBeforeItsFirstPoll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slowServer{answer: func(string) (int, string) { return 500, `{}` }}
		f := s.fleet(t)
		accepted := waitingFor("2.0.0", 100)
		accepted.Rollout, accepted.At = control.Rollout{ID: "2", Version: "2.0.0", Status: control.RolloutActive, Percentage: 100}, time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := Wait(ctx, f, accepted)
		var incomplete *IncompleteError
		if !errors.As(err, &incomplete) || len(s.requests) > 0 {
			t.Errorf("ended with %v after %v", err, s.requests)
		}
		var ended *WaitError
		if !errors.As(err, &ended) || ended.Outcome != OutcomeTimeout || ended.Waited != time.Second {
			t.Errorf("ended with %v", err)
		}
	})
}
