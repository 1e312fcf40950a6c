package control

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pass sends n callers through the gate concurrently and returns when each left, in order.
func pass(t *testing.T, g *gate, n int) []time.Time {
	t.Helper()
	var mu sync.Mutex
	var out []time.Time
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if err := g.wait(t.Context()); err != nil {
				t.Errorf("the gate kept a caller: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			out = append(out, time.Now())
		})
	}
	all.Wait()
	slices.SortFunc(out, time.Time.Compare)
	return out
}

func TestTheBucketStartsFullAndRefillsEvenly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(100)
		begun := time.Now()
		out := pass(t, g, 150)
		if last := out[99].Sub(begun); last != 0 {
			t.Errorf("the hundredth request left after %s; want no wait", last)
		}
		for i, at := range out[100:] {
			want := time.Duration(i+1) * 600 * time.Millisecond
			if got := at.Sub(begun); (got - want).Abs() > time.Millisecond {
				t.Fatalf("request %d left after %s; want %s", 101+i, got, want)
			}
		}
	})
}

func TestNoLimitIsNoLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		if out := pass(t, newGate(0), 5000); !out[4999].Equal(begun) {
			t.Errorf("the last of 5000 left after %s", out[4999].Sub(begun))
		}
	})
}

// CONTRACT.md 1.72
func TestPauseReleasesRequestsOneByOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(0)
		begun := time.Now()
		g.pause(10 * time.Second)
		g.pause(2 * time.Second) // a shorter one does not end the longer one
		out := pass(t, g, 40)
		if first := out[0].Sub(begun); first < 10*time.Second || first > 10*time.Second+2*releaseGap {
			t.Errorf("the first left after %s", first)
		}
		gaps := oneByOne(t, out)
		if len(gaps) < 10 {
			t.Errorf("the gaps have no jitter: only %d different ones", len(gaps))
		}
		time.Sleep(2 * releaseGap)
		if out := pass(t, g, 40); out[39].Sub(out[0]) != 0 {
			t.Error("the queue outlives the pause")
		}
	})
}

// oneByOne fails unless there is a gap between any two; it returns the different gaps.
func oneByOne(t *testing.T, out []time.Time) map[time.Duration]bool {
	t.Helper()
	gaps := map[time.Duration]bool{}
	for i := 1; i < len(out); i++ {
		gap := out[i].Sub(out[i-1])
		gaps[gap] = true
		if gap < releaseGap/2 {
			t.Errorf("request %d left %s after the one before", i, gap)
		}
	}
	return gaps
}

func TestASecondPauseFormsNoSecondQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(0)
		begun := time.Now()
		g.pause(10 * time.Second)
		// In the middle of the release the server says 429 again, and new callers come.
		var late []time.Time
		var all sync.WaitGroup
		all.Go(func() {
			time.Sleep(11 * time.Second)
			g.pause(time.Second)
			late = pass(t, g, 20)
		})
		early := pass(t, g, 40)
		all.Wait()
		out := slices.Concat(early, late)
		slices.SortFunc(out, time.Time.Compare)
		oneByOne(t, out)
		for _, at := range out {
			if after := at.Sub(begun); after > 11*time.Second && after < 12*time.Second {
				t.Errorf("one left after %s, in the second pause", after)
			}
		}
	})
}

func TestACanceledWaitReturnsItsReservation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(60)
		pass(t, g, 60)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		if err := g.wait(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("waiting ended with %v", err)
		}
		begun := time.Now()
		if out := pass(t, g, 1); out[0].Sub(begun) > 901*time.Millisecond {
			t.Errorf("the next one waited %s for an unused reservation", out[0].Sub(begun))
		}
	})
}

func TestGateFailsImmediatelyWhenTheDeadlineIsTooEarly(t *testing.T) {
	t.Parallel()
	for name, busy := range map[string]func(*gate){
		"bucket": func(g *gate) { pass(t, g, 60); _ = g.bucket.ReserveN(time.Now(), 60) },
		"pause":  func(g *gate) { g.pause(time.Minute) },
	} {
		synctest.Test(t, func(t *testing.T) {
			g := newGate(60)
			busy(g)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			begun := time.Now()
			limit := asError[*RateLimitError](t, g.wait(ctx))
			if limit.Left != 5*time.Second || limit.Hint < 50*time.Second || time.Since(begun) != 0 {
				t.Errorf("%s: %+v after %s", name, limit, time.Since(begun))
			}
		})
	}
}

func TestManyCallersShareOneClient(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, reply{status: 429, header: map[string]string{"Retry-After": "0.01"}}, ok(`{"models":[{"id":"1","name":"phi"}],"total":1}`))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			m, found, err := c.ResolveModel(t.Context(), "phi")
			if err != nil || !found || m.ID != "1" {
				t.Errorf("got %+v, %t, %v", m, found, err)
			}
			if _, err := c.Models(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	// Those that come after the name is known may each find that the list before theirs has left already.
	if n := len(w.sent); n < 1+1 || n > 1+1+8 {
		t.Errorf("%d requests; want the refused one, one to resolve the name and at most eight lists", n)
	}
}

// CONTRACT.md 1.74
func TestTheGateLearnsFromHeaders(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	date := at.Format(http.TimeFormat)
	for name, tc := range map[string]struct {
		status int
		header map[string]string
		pause  time.Duration
	}{
		"nothing left":                 {200, map[string]string{"RateLimit-Remaining": "0", "RateLimit-Reset": "30"}, 30 * time.Second},
		"nothing left, other spelling": {200, map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"}, 30 * time.Second},
		"nothing left, of an error":    {404, map[string]string{"RateLimit-Remaining": "0", "RateLimit-Reset": "1.5"}, 1500 * time.Millisecond},
		"an instant":                   {200, map[string]string{"RateLimit-Remaining": "0", "RateLimit-Reset": strconv.FormatInt(at.Unix()+20, 10), "Date": date}, 20 * time.Second},
		"an instant that has passed":   {200, map[string]string{"RateLimit-Remaining": "0", "RateLimit-Reset": strconv.FormatInt(at.Unix()-20, 10), "Date": date}, 0},
		"a reset beyond belief":        {200, map[string]string{"RateLimit-Remaining": "0", "RateLimit-Reset": "86400"}, time.Minute},
		"an endless reset":             {200, map[string]string{"RateLimit-Remaining": "0", "RateLimit-Reset": "Inf"}, time.Minute},
		"something left":               {200, map[string]string{"RateLimit-Remaining": "1", "RateLimit-Reset": "30"}, 0},
		"no reset":                     {200, map[string]string{"RateLimit-Remaining": "0"}, 0},
		"no number":                    {200, map[string]string{"RateLimit-Remaining": "0", "RateLimit-Reset": "NaN"}, 0},
		"negative":                     {200, map[string]string{"RateLimit-Remaining": "0", "RateLimit-Reset": "-1"}, 0},
		"429 with a reset":             {429, map[string]string{"RateLimit-Reset": "90"}, 90 * time.Second},
		"429 with both":                {429, map[string]string{"RateLimit-Reset": "90", "Retry-After": "7"}, 7 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			g := newGate(0)
			resp := &http.Response{StatusCode: tc.status, Header: http.Header{}}
			for key, value := range tc.header {
				resp.Header.Set(key, value)
			}
			g.learn(resp)
			begun := time.Now()
			if waited := pass(t, g, 1)[0].Sub(begun); waited != tc.pause {
				t.Errorf("%s: the next request waited %s; want %s", name, waited, tc.pause)
			}
		})
	}
}

// CONTRACT.md 1.74
func TestNoRequestIsSentDuringALearnedPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, w := scripted(t, reply{body: `[]`, header: map[string]string{"RateLimit-Remaining": "0", "RateLimit-Reset": "20"}}, ok(`[]`))
		begun := time.Now()
		var all sync.WaitGroup
		if _, err := c.Versions(t.Context(), "first", ""); err != nil {
			t.Error(err)
		}
		for i := range 30 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * time.Second / 2)
				if _, err := c.Versions(t.Context(), strconv.Itoa(i), ""); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for i, s := range w.sent[1:] {
			if s.at.Sub(begun) < 20*time.Second {
				t.Errorf("request %d left after %s", i+1, s.at.Sub(begun))
			}
		}
	})
}

func TestGateChecksTheLongerWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(60)
		pass(t, g, 62) // the bucket lets the next one pass after a second
		g.pause(30 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		begun := time.Now()
		limit := asError[*RateLimitError](t, g.wait(ctx))
		if limit.Hint != 30*time.Second || limit.Left != 5*time.Second || time.Since(begun) != 0 {
			t.Errorf("%+v after %s", limit, time.Since(begun))
		}
		mustContain(t, limit.Error(), "30s", "5s")
	})
}

func TestResetBeyondTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, w := scripted(t, reply{status: 429, body: `{"detail":"slow down"}`, header: map[string]string{"RateLimit-Reset": "60"}})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		begun := time.Now()
		_, err := c.Versions(ctx, "m", "")
		mustContain(t, asError[*RateLimitError](t, err).Error(), "slow down", "1m0s", "10s")
		if time.Since(begun) != 0 || len(w.sent) != 1 {
			t.Errorf("after %s and %d requests", time.Since(begun), len(w.sent))
		}
	})
}
