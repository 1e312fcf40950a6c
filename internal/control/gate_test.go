package control

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pass sends n callers through the gate at once and answers when each came out, in order.
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
			t.Errorf("the hundredth request left after %s; want at once", last)
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

func TestAPauseHoldsEverybodyAndReleasesThemOneByOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(0)
		begun := time.Now()
		g.pause(10 * time.Second)
		g.pause(2 * time.Second) // a shorter one takes nothing back
		out := pass(t, g, 40)
		if first := out[0].Sub(begun); first < 10*time.Second || first > 10*time.Second+2*releaseGap {
			t.Errorf("the first left after %s", first)
		}
		gaps := oneByOne(t, out)
		if len(gaps) < 10 {
			t.Errorf("the distances have no jitter: only %d different ones", len(gaps))
		}
		time.Sleep(2 * releaseGap)
		if out := pass(t, g, 40); out[39].Sub(out[0]) != 0 {
			t.Error("the queue outlives the pause")
		}
	})
}

// oneByOne fails unless each left a gap after the one before; it answers the different gaps.
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

func TestWhoGivesUpGivesTheReservationBack(t *testing.T) {
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
			t.Errorf("the next one waited %s for a place that nobody used", out[0].Sub(begun))
		}
	})
}

func TestADeadlineBeforeTheTurnFailsAtOnce(t *testing.T) {
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
	if n := len(w.sent); n != 1+1+8 {
		t.Errorf("%d requests; want the refused one, one to resolve the name and eight lists", n)
	}
}
