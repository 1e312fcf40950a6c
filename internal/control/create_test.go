package control

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	oldRollout = `{"id":"1","version":"1.0.0","status":"completed","percentage":100}`
	newRollout = `{"id":"2","version":"2.0.0","status":"active","percentage":40}`
)

// create starts a rollout of 2.0.0 where one of 1.0.0 was before.
func create(ctx context.Context, c *Client) (Rollout, error) {
	return c.CreateRollout(ctx, "m", NewRollout{Version: "2.0.0", Percentage: 40, TargetPercentage: 100}, []Rollout{{ID: "1"}})
}

// CONTRACT.md 1.78, 3.55
func TestCreateWithLostResponse(t *testing.T) {
	t.Parallel()
	const post, list = "POST models/m/rollouts", "GET models/m/rollouts"
	none, both := ok("["+oldRollout+"]"), ok("["+newRollout+","+oldRollout+"]")
	created := answer(201, newRollout)
	for name, tc := range map[string]struct {
		replies []reply
		calls   []string
		fails   string
	}{
		"came":                              {[]reply{created}, []string{post}, ""},
		"executed, then cut":                {[]reply{failing(errCut), both}, []string{post, list}, ""},
		"executed, then a gateway":          {[]reply{answer(504, "<html>"), both}, []string{post, list}, ""},
		"executed, not understood":          {[]reply{ok("<html>"), both}, []string{post, list}, ""},
		"executed, empty answer":            {[]reply{answer(204, ""), both}, []string{post, list}, ""},
		"cut before it was executed":        {[]reply{failing(errCut), none, created}, []string{post, list, post}, ""},
		"cut twice":                         {[]reply{failing(errCut), none, failing(errCut), both}, []string{post, list, post, list}, ""},
		"shows up late, as a conflict":      {[]reply{failing(errCut), none, answer(409, `{"detail":"already active"}`), both}, []string{post, list, post, list}, ""},
		"conflict with another client":      {[]reply{failing(errCut), none, answer(409, `{"detail":"already active"}`), none}, []string{post, list, post, list}, "already active"},
		"an immediate conflict":             {[]reply{answer(409, `{"detail":"already active"}`)}, []string{post}, "already active"},
		"refused by the server":             {[]reply{answer(422, `{"detail":"no such version"}`)}, []string{post}, "no such version"},
		"cut for ever":                      {[]reply{failing(errCut), none, failing(errCut), none, failing(errCut), none}, []string{post, list, post, list, post, list}, errCut.Error()},
		"the search fails":                  {[]reply{answer(500, `{"detail":"first"}`), answer(403, `{"detail":"second"}`)}, []string{post, list}, "first"},
		"a refused connection":              {[]reply{failing(errRefused), created}, []string{post, post}, ""},
		"the rate limit, then cut":          {[]reply{answer(429, "{}"), failing(errCut), both}, []string{post, post, list}, ""},
		"the search is repeated like a GET": {[]reply{failing(errCut), answer(503, ""), both}, []string{post, list, list}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, w := scripted(t, tc.replies...)
				r, err := create(t.Context(), c)
				if diff := cmp.Diff(tc.calls, w.calls()); diff != "" {
					t.Errorf("calls (-want +got):\n%s", diff)
				}
				switch {
				case tc.fails == "" && (err != nil || r.ID != "2"):
					t.Errorf("got %+v, %v", r, err)
				case tc.fails != "" && err == nil:
					t.Errorf("got %+v; want an error", r)
				case tc.fails != "":
					mustContain(t, err.Error(), "could not create the rollout", tc.fails)
				}
			})
		})
	}
}

// CONTRACT.md 1.80
func TestCanceledCreateFindsWhatItCreated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		hang := reply{do: func(req *http.Request) (*http.Response, error) {
			cancel()
			<-req.Context().Done()
			return nil, req.Context().Err()
		}}
		c, w := scripted(t, hang, ok("["+newRollout+","+oldRollout+"]"))
		r, err := create(ctx, c)
		if err != nil || r.ID != "2" || len(w.sent) != 2 {
			t.Errorf("got %+v, %v after %q", r, err, w.calls())
		}
	})
}

// CONTRACT.md 1.80
func TestCleanupTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
		defer cancel()
		c, w := scripted(t, unanswered)
		begun := time.Now()
		_, err := create(ctx, c)
		if !errors.Is(err, context.DeadlineExceeded) || !Ambiguous(err) {
			t.Errorf("ended with %v", err)
		}
		if took := time.Since(begun); took != 7*time.Second+cleanupTimeout || len(w.sent) != 2 {
			t.Errorf("took %s and %q", took, w.calls())
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c, w := scripted(t, reply{do: func(*http.Request) (*http.Response, error) { cancel(); return nil, errCut }}, ok("[]"))
		if _, err := create(ctx, c); !errors.Is(err, context.Canceled) || len(w.sent) != 2 {
			t.Errorf("interrupted with nothing to be found: %v after %q", err, w.calls())
		}
	})
}

func TestCreateThatWasNeverSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, w := scripted(t, ok("[]"))
		attemptOf(t, c).gate.pause(time.Minute)
		ctx, cancel := context.WithCancel(t.Context())
		begun := time.Now()
		time.AfterFunc(time.Second, cancel)
		if _, err := create(ctx, c); !errors.Is(err, context.Canceled) || time.Since(begun) != time.Second || len(w.sent) != 0 {
			t.Errorf("ended with %v after %s and %q", err, time.Since(begun), w.calls())
		}
	})
}

func TestBackoffBeyondTheDeadlineKeepsTheError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		c, _ := scripted(t, answer(503, `{"detail":"repairs"}`), ok("[]"))
		begun := time.Now()
		_, err := create(ctx, c)
		mustContain(t, err.Error(), "503", "repairs")
		if time.Since(begun) != 0 {
			t.Errorf("slept %s of a pause that it cannot finish", time.Since(begun))
		}
	})
	for name, tc := range map[string]struct {
		failure reply
		said    string
	}{
		"fault": {answer(503, `{"detail":"repairs"}`), "the server answered 503 Service Unavailable: repairs"}, "cut": {failing(errCut), errCut.Error()},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			c, _ := scripted(t, tc.failure)
			_, err := c.Model(ctx, "m")
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", name, err)
			}
			mustContain(t, err.Error(), "could not read the model", tc.said)
		})
	}
	synctest.Test(t, func(t *testing.T) {
		// The pause fits, but the queue behind it does not: the server's words are kept all the same.
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		limited := reply{status: 429, header: map[string]string{"Retry-After": "1"}, body: `{"error":"rate_limited","message":"slow down"}`}
		c, _ := scripted(t, limited)
		time.AfterFunc(500*time.Millisecond, func() { attemptOf(t, c).gate.pause(time.Hour) })
		_, err := c.Model(ctx, "m")
		_ = asError[*RateLimitError](t, err)
		mustContain(t, err.Error(), "slow down", "1h")
	})
}

func TestARequestThatCannotBeEncoded(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, ok("{}"))
	err := c.call(t.Context(), request{operation: "test", method: http.MethodPut, path: "x", body: func() {}}, nil)
	if err == nil || !strings.Contains(err.Error(), "encoding the request") || len(w.sent) != 0 {
		t.Errorf("got %v", err)
	}
	if err := c.call(t.Context(), request{operation: "test", method: "B A D", path: "x"}, nil); err == nil {
		t.Error("a method with spaces was sent")
	}
}
