package rollout

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

var (
	errPassing = &control.TransportError{Operation: "read the rollout", Host: "octomil.test", Err: errors.New("connection reset by peer")}
	errFinal   = errors.New("the rollout was rolled back")
)

func pending() (bool, error) { return false, nil }
func done() (bool, error)    { return true, nil }
func passing() (bool, error) { return false, errPassing }
func final() (bool, error)   { return false, errFinal }

// polls gives these results in order, the last one over and over, and notes when each was asked for.
func polls(at *[]time.Duration, results ...func() (bool, error)) func(context.Context) (bool, error) {
	begun := time.Now()
	return func(context.Context) (bool, error) {
		*at = append(*at, time.Since(begun))
		return results[min(len(*at), len(results))-1]()
	}
}

func TestWaitPollsAtOnceAndThenLessAndLessOften(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		results := make([]func() (bool, error), 12, 13)
		for i := range results {
			results[i] = pending
		}
		if err := pollUntil(t.Context(), 2*time.Second, polls(&at, append(results, done)...)); err != nil {
			t.Fatal(err)
		}
		if len(at) != 13 || at[0] != 0 {
			t.Fatalf("polled at %s", at)
		}
		want := 2 * time.Second
		for i := 1; i < len(at); i++ {
			if pause := at[i] - at[i-1]; pause < want || pause > want+want/10 {
				t.Errorf("pause %d took %s; want %s and at most a tenth more", i, pause, want)
			}
			want = min(want*3/2, maxPollInterval)
		}
	})
}

func TestWaitKeepsAnIntervalThatIsLongerThanItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		if err := pollUntil(t.Context(), time.Minute, polls(&at, pending, pending, done)); err != nil {
			t.Fatal(err)
		}
		if at[2] < 2*time.Minute || at[2] > 133*time.Second {
			t.Errorf("polled at %s", at)
		}
	})
}

func TestWaitToleratesFourFailuresInARow(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		results []func() (bool, error)
		polls   int
		outcome Outcome
	}{
		"four":               {[]func() (bool, error){passing, passing, passing, passing, done}, 5, ""},
		"five":               {[]func() (bool, error){passing, passing, passing, passing, passing, done}, 5, OutcomeUnreachable},
		"four and four":      {[]func() (bool, error){passing, passing, passing, passing, pending, passing, passing, passing, passing, done}, 10, ""},
		"after a good start": {[]func() (bool, error){pending, pending, passing}, 7, OutcomeUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var at []time.Duration
				err := pollUntil(t.Context(), time.Second, polls(&at, tc.results...))
				if len(at) != tc.polls {
					t.Errorf("polled %d times; want %d", len(at), tc.polls)
				}
				expectOutcome(t, err, tc.outcome, at[len(at)-1])
				if tc.outcome != "" && !errors.Is(err, errPassing) {
					t.Errorf("%v has lost the last failure", err)
				}
			})
		})
	}
}

func expectOutcome(t *testing.T, err error, want Outcome, waited time.Duration) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Errorf("ended with %v", err)
		}
		return
	}
	var ended *WaitError
	if !errors.As(err, &ended) {
		t.Fatalf("ended with %v (%T)", err, err)
	}
	if ended.Outcome != want || ended.Waited != waited {
		t.Errorf("ended with %s after %s; want %s after %s", ended.Outcome, ended.Waited, want, waited)
	}
}

func TestPollUntilEndsImmediatelyWithAFinalError(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"of the poll": errFinal, "of the server": &control.APIError{StatusCode: 403}, "the object is gone": &control.APIError{StatusCode: 404},
	} {
		var at []time.Duration
		got := pollUntil(t.Context(), time.Hour, polls(&at, func() (bool, error) { return false, err }))
		if !errors.Is(got, err) || len(at) != 1 {
			t.Errorf("%s: ended with %v after %d polls", name, got, len(at))
		}
		var ended *WaitError
		if errors.As(got, &ended) {
			t.Errorf("%s: a final was taken for the end of the wait", name)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		if err := pollUntil(t.Context(), time.Second, polls(&at, pending, passing, final)); !errors.Is(err, errFinal) || len(at) != 3 {
			t.Errorf("ended with %v after %d polls", err, len(at))
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	hang := func(ctx context.Context) (bool, error) {
		<-ctx.Done()
		return false, &control.TransportError{Err: ctx.Err()}
	}
	slow := func(result func() (bool, error)) func(context.Context) (bool, error) {
		return func(context.Context) (bool, error) { return result() }
	}
	for name, poll := range map[string]func(context.Context) (bool, error){
		"in a poll": hang, "between two polls": slow(pending), "between two failures": slow(passing),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
				defer cancel()
				expectOutcome(t, pollUntil(ctx, time.Minute, poll), OutcomeTimeout, 90*time.Second)
			})
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				time.AfterFunc(10*time.Second, cancel)
				expectOutcome(t, pollUntil(ctx, time.Minute, poll), OutcomeInterrupted, 10*time.Second)
			})
		})
	}
}

func TestWaitThatIsInterruptedBeforeItBegins(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var at []time.Duration
	if err := pollUntil(ctx, time.Hour, polls(&at, done)); err != nil {
		t.Errorf("what is done is done: %v", err)
	}
	var ended *WaitError
	if err := pollUntil(ctx, time.Hour, polls(&at, pending)); !errors.As(err, &ended) || ended.Outcome != OutcomeInterrupted {
		t.Errorf("ended with %v", err)
	}
}

func TestAFinalErrorOutweighsTheEndOfTheWait(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	err := pollUntil(ctx, time.Hour, func(context.Context) (bool, error) { cancel(); return false, errFinal })
	if !errors.Is(err, errFinal) {
		t.Errorf("ended with %v", err)
	}
	err = pollUntil(ctx, time.Hour, func(ctx context.Context) (bool, error) { return false, ctx.Err() })
	var ended *WaitError
	if !errors.As(err, &ended) || ended.Outcome != OutcomeInterrupted {
		t.Errorf("a poll that tells the end of its context ended with %v", err)
	}
}

func TestARateLimitThatOutlastsTheWaitIsATimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limit := &control.RateLimitError{Operation: "read the rollout", Hint: time.Minute, Left: 10 * time.Second}
		var at []time.Duration
		err := pollUntil(t.Context(), time.Second, polls(&at, pending, func() (bool, error) { return false, limit }))
		expectOutcome(t, err, OutcomeTimeout, at[len(at)-1])
		if !errors.Is(err, limit) || len(at) != 2 {
			t.Errorf("%v after %d polls", err, len(at))
		}
	})
}

func TestTheTextOfAWaitThatEnded(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]*WaitError{
		"timeout after 30m0s": {Outcome: OutcomeTimeout, Waited: 30*time.Minute + 123*time.Millisecond},
		"unreachable after 8s: could not read the rollout: no complete response from octomil.test: connection reset by peer": {
			Outcome: OutcomeUnreachable, Waited: 8 * time.Second, Err: errPassing},
	} {
		if err.Error() != want {
			t.Errorf("got %q; want %q", err, want)
		}
	}
}

func TestEvaluateComparesOurRolloutWithTheSpec(t *testing.T) {
	t.Parallel()
	all, some := 124, 50
	everyone := control.AffectedDevices{Total: &all, Updated: &all}
	yes, no := true, false
	const ended = ErrorKind(-1) // no error
	for name, c := range map[string]struct {
		p    Progress
		spec Spec
		done bool
		kind ErrorKind
	}{
		"completed":                       {Progress{Rollout: control.Rollout{Version: "2", Status: "completed"}}, Spec{Version: "2", Percentage: 100}, true, ended},
		"the percentage is reached":       {Progress{Rollout: control.Rollout{Version: "2", Status: "active", Percentage: 40}}, Spec{Version: "2", Percentage: 40}, true, ended},
		"the percentage is not reached":   {Progress{Rollout: control.Rollout{Version: "2", Status: "active", Percentage: 10}}, Spec{Version: "2", Percentage: 40}, false, ended},
		"full, not counted":               {Progress{Rollout: control.Rollout{Version: "2", Status: "active", Percentage: 100}}, Spec{Version: "2", Percentage: 100}, false, ended},
		"full, some":                      {Progress{control.Rollout{Version: "2", Status: "active", Percentage: 100}, control.AffectedDevices{Total: &all, Updated: &some}}, Spec{Version: "2", Percentage: 100}, false, ended},
		"full, everyone":                  {Progress{control.Rollout{Version: "2", Status: "active", Percentage: 100}, everyone}, Spec{Version: "2", Percentage: 100}, true, ended},
		"all devices of a percentage":     {Progress{control.Rollout{Version: "2", Status: "active", Percentage: 40}, everyone}, Spec{Version: "2", Percentage: 100}, false, ended},
		"our rollback":                    {Progress{Rollout: control.Rollout{Version: "1", Status: "rolling_back", Percentage: 100}}, Spec{Version: "1", Percentage: 100}, false, ended},
		"not started yet":                 {Progress{Rollout: control.Rollout{Version: "2", Status: "pending"}}, Spec{Version: "2", Percentage: 100}, false, ended},
		"an unknown status":               {Progress{Rollout: control.Rollout{Version: "2", Status: "verifying", Percentage: 100}}, Spec{Version: "2", Percentage: 100}, false, ended},
		"rolled back":                     {Progress{Rollout: control.Rollout{Version: "2", Status: "rolled_back"}}, Spec{Version: "2", Percentage: 100}, false, ErrorRolledBack},
		"another version":                 {Progress{Rollout: control.Rollout{Version: "3", Status: "completed"}}, Spec{Version: "2", Percentage: 100}, false, ErrorOtherVersion},
		"paused manually":                 {Progress{Rollout: control.Rollout{Version: "2", Status: "paused"}}, Spec{Version: "2", Percentage: 100}, false, ErrorPaused},
		"paused although it is to go on":  {Progress{Rollout: control.Rollout{Version: "2", Status: "paused"}}, Spec{Version: "2", Percentage: 100, Paused: &no}, false, ErrorPaused},
		"paused as the configuration has": {Progress{Rollout: control.Rollout{Version: "2", Status: "paused"}}, Spec{Version: "2", Percentage: 100, Paused: &yes}, true, ended},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			done, err := evaluate(c.p, c.spec)
			kind := ended
			var v *Error
			if errors.As(err, &v) {
				kind = v.Kind
			}
			if done != c.done || kind != c.kind {
				t.Errorf("done %v, kind %v (%v); want %v, %v", done, kind, err, c.done, c.kind)
			}
		})
	}
}

// requests is a server without rollouts that counts its requests.
type requests struct{ n int }

func (s *requests) RoundTrip(*http.Request) (*http.Response, error) {
	s.n++
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("[]"))}, nil
}

// A wait that begins with a context that may use the cache would read the same answer for ever.
func TestPollUntilReadsAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &requests{}
		client, err := control.New(control.Config{BaseURL: "https://octomil.test/api/v1", Transport: server})
		if err != nil {
			t.Fatal(err)
		}
		err = pollUntil(control.WithCache(t.Context(), 0), time.Second, func(ctx context.Context) (bool, error) {
			_, err := client.Rollouts(ctx, "m")
			return server.n == 3, err
		})
		if err != nil || server.n != 3 {
			t.Errorf("%d requests, %v", server.n, err)
		}
	})
}

// A wait says at least every 30 seconds how far it has come, however rarely it polls.
func TestAWaitSaysHowFarItIs(t *testing.T) {
	t.Parallel()
	for first, longest := range map[time.Duration]time.Duration{2 * time.Second: 20 * time.Minute, 5 * time.Minute: time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			last, polled, gap := time.Now(), 0, time.Duration(0)
			said := func() { gap, last = max(gap, time.Since(last)), time.Now() }
			ctx, cancel := context.WithTimeout(t.Context(), longest)
			defer cancel()
			err := pollSaying(ctx, 0, first, func(context.Context) (bool, error) { polled++; said(); return false, nil }, said)
			expectOutcome(t, err, OutcomeTimeout, longest)
			if gap > 30*time.Second || gap == 0 {
				t.Errorf("with a pause of %s nothing was said for %s", first, gap)
			}
			if most := int(longest/min(maxPollInterval, first)) + 10; polled > most || first > time.Minute && polled > int(longest/first)+1 {
				t.Errorf("with a pause of %s it polled %d times", first, polled)
			}
		})
	}
}
