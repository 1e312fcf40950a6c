package control

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

var (
	errRefused   = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	errNoSuchDNS = &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "octomil.test"}}
	errProxyDown = &net.OpError{Op: "proxyconnect", Net: "tcp", Err: errNoSuchDNS}
)

// send makes a bare call with a method, as the nouns do.
func send(ctx context.Context, c *Client, method string) error {
	r := request{operation: "test", method: method, path: "things/1"}
	if method != http.MethodGet {
		r.body = map[string]int{"n": 1}
	}
	return c.call(ctx, r, nil)
}

// CONTRACT.md 1.76, 1.77
func TestWhichFailuresAreRepeated(t *testing.T) {
	t.Parallel()
	const always = 3 // one attempt and two repetitions
	for name, tc := range map[string]struct {
		failure         reply
		get, post, del  int
		put, patch      int
		postIsAmbiguous bool
	}{
		"500":         {answer(500, "no"), always, 1, always, always, always, true},
		"502":         {answer(502, "no"), always, 1, always, always, always, true},
		"503":         {answer(503, "no"), always, 1, always, always, always, true},
		"504":         {answer(504, "no"), always, 1, always, always, always, true},
		"cut":         {failing(errCut), always, 1, always, always, always, true},
		"refused":     {failing(errRefused), always, always, always, always, always, false},
		"no such DNS": {failing(errNoSuchDNS), always, always, always, always, always, false},
		"proxy down":  {failing(errProxyDown), always, always, always, always, always, false},
		"400":         {answer(400, "no"), 1, 1, 1, 1, 1, false},
		"404":         {answer(404, `{"detail":"no such thing"}`), 1, 1, 1, 1, 1, false},
		"501":         {answer(501, "no"), 1, 1, 1, 1, 1, false},
	} {
		for method, want := range map[string]int{
			http.MethodGet: tc.get, http.MethodPost: tc.post, http.MethodDelete: tc.del, http.MethodPut: tc.put, http.MethodPatch: tc.patch,
		} {
			t.Run(name+" "+method, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					c, w := scripted(t, tc.failure)
					err := send(t.Context(), c, method)
					if err == nil || len(w.sent) != want {
						t.Errorf("sent %d times with the error %v; want %d times", len(w.sent), err, want)
					}
					for _, s := range w.sent {
						if method != http.MethodGet && s.body != `{"n":1}` {
							t.Errorf("an attempt had the body %q", s.body)
						}
					}
					if method == http.MethodPost && Ambiguous(err) != tc.postIsAmbiguous {
						t.Errorf("whether the POST may have been executed: %t for %v", Ambiguous(err), err)
					}
				})
			})
		}
	}
}

func TestTransientFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, w := scripted(t, answer(503, "no"), failing(errCut), ok(`{"id":"m","name":"phi"}`))
		begun := time.Now()
		m, err := c.Model(t.Context(), "m")
		if err != nil || m.Name != "phi" || len(w.sent) != 3 {
			t.Errorf("got %+v, %v after %d attempts", m, err, len(w.sent))
		}
		if took := time.Since(begun); took < retryWaitMin || took > 2*retryWaitMax {
			t.Errorf("the pauses between the attempts took %s", took)
		}
	})
}

// CONTRACT.md 1.44
func TestTheLastFailureKeepsTheServersMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := scripted(t, answer(500, "first"), answer(502, "second"),
			reply{status: 503, header: map[string]string{"X-Request-Id": "req_3"}, body: `{"error":"service_unavailable","message":"Down for repairs"}`})
		_, err := c.Model(t.Context(), "m")
		mustContain(t, err.Error(), "503", "Down for repairs", "req_3")
	})
}

// CONTRACT.md 1.77
func TestADeleteThatWasExecutedBefore(t *testing.T) {
	t.Parallel()
	gone := answer(404, `{"detail":"no such thing"}`)
	for name, tc := range map[string]struct {
		replies []reply
		done    bool
	}{
		"its response was lost":        {[]reply{failing(errCut), gone}, true},
		"its response was a fault":     {[]reply{answer(500, ""), gone}, true},
		"the first response is 404":    {[]reply{gone}, false},
		"404 after the rate limit":     {[]reply{answer(429, ""), gone}, false},
		"404 after a refused attempt":  {[]reply{failing(errRefused), gone}, false},
		"a bare 404 on the repetition": {[]reply{failing(errCut), answer(404, "Not Found")}, false},
		"a proxy's 404":                {[]reply{failing(errCut), answer(404, "<html>")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, _ := scripted(t, tc.replies...)
				if err := send(t.Context(), c, http.MethodDelete); (err == nil) != tc.done {
					t.Errorf("ended with %v", err)
				}
			})
		})
	}
}

// CONTRACT.md 1.59, 1.72
func TestTheRateLimitIsWaitedForBeyondMaxRetries(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		synctest.Test(t, func(t *testing.T) {
			limited := reply{status: 429, header: map[string]string{"Retry-After": "3"}, body: "{}"}
			replies := append(slices.Repeat([]reply{limited}, 7), ok("{}"))
			c, w := scriptedWith(t, Config{}, replies...)
			begun := time.Now()
			if err := send(t.Context(), c, method); err != nil || len(w.sent) != 8 {
				t.Errorf("%s: %v after %d attempts", method, err, len(w.sent))
			}
			if took := time.Since(begun); took < 21*time.Second || took > 23*time.Second {
				t.Errorf("%s: seven pauses of three seconds took %s", method, took)
			}
		})
	}
}

// CONTRACT.md 1.71
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now().UTC()
		for header, want := range map[string]time.Duration{
			"0": 0, "7": 7 * time.Second, "1.5": 1500 * time.Millisecond, "": -1, "soon": -1, "-3": -1, "NaN": -1, "1e99": -1,
			now.Add(time.Minute).Format(http.TimeFormat):  time.Minute,
			now.Add(-time.Minute).Format(http.TimeFormat): 0,
		} {
			if got := retryAfter(&http.Response{Header: http.Header{"Retry-After": {header}}}); got != want {
				t.Errorf("Retry-After %q means %s; want %s", header, got, want)
			}
		}
		// A clock that is wrong here must not turn a minute into an hour.
		off := http.Header{}
		off.Set("Date", now.Add(time.Hour).Format(http.TimeFormat))
		off.Set("Retry-After", now.Add(time.Hour+time.Minute).Format(http.TimeFormat))
		if got := retryAfter(&http.Response{Header: off}); got != time.Minute {
			t.Errorf("by a server whose clock is an hour ahead a minute means %s", got)
		}
	})
}

// CONTRACT.md 1.72
func TestRateLimitWithoutAHint(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"", "0", "Fri, 31 Dec 1999 15:04:05 GMT"} { // virtual time begins in 2000
		synctest.Test(t, func(t *testing.T) {
			limited := reply{status: 429, header: map[string]string{"Retry-After": header}}
			c, w := scripted(t, limited, limited, limited, ok("{}"))
			begun := time.Now()
			if err := send(t.Context(), c, http.MethodGet); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(begun); took < 3*defaultPause/2 {
				t.Errorf("Retry-After %q: %d attempts within %s", header, len(w.sent), took)
			}
		})
	}
}

// CONTRACT.md 1.73
func TestPauseThatOutlastsTheOperation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, w := scripted(t, reply{status: 429, header: map[string]string{"Retry-After": "120", "X-Request-Id": "req_4"},
			body: `{"error":"rate_limited","message":"Too many requests"}`})
		ctx, cancel := context.WithTimeout(t.Context(), 45*time.Second)
		defer cancel()
		begun := time.Now()
		_, err := c.Model(ctx, "m")
		limit := asError[*RateLimitError](t, err)
		mustContain(t, limit.Error(), "read the model", "Too many requests", "req_4", "2m0s", "45s")
		if !HasStatus(err, 429) || time.Since(begun) != 0 || len(w.sent) != 1 {
			t.Errorf("%v came after %s and %d attempts", err, time.Since(begun), len(w.sent))
		}

		// The next one would have to wait as long, and is told so without being sent.
		_, err = c.Model(ctx, "m")
		limit = asError[*RateLimitError](t, err)
		mustContain(t, limit.Error(), "could not read the model", "2m0s", "45s")
		if limit.APIError != nil || len(w.sent) != 1 {
			t.Errorf("%d requests were sent", len(w.sent))
		}
	})
}

// CONTRACT.md 1.81
func TestRequestTimeoutLimitsAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, w := scriptedWith(t, Config{MaxRetries: 2, RequestTimeout: 5 * time.Second}, unanswered, ok(`{"id":"m"}`))
		begun := time.Now()
		if _, err := c.Model(t.Context(), "m"); err != nil || len(w.sent) != 2 {
			t.Errorf("%v after %d attempts", err, len(w.sent))
		}
		if took := time.Since(begun); took < 5*time.Second || took > 5*time.Second+2*retryWaitMin {
			t.Errorf("took %s", took)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		c, _ := scriptedWith(t, Config{RequestTimeout: 5 * time.Second}, unanswered)
		err := send(t.Context(), c, http.MethodPost)
		mustContain(t, err.Error(), "could not test", "octomil.test", "`request_timeout` (5s)")
		if !Ambiguous(err) || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v concerns the attempt, not the operation, and may have been executed", err)
		}
	})
}

func TestCancellationEndsAnAttempt(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]reply{
		"in an attempt": unanswered, "between two attempts": answer(503, "no"), "in the rate limit's pause": answer(429, "no"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, _ := scriptedWith(t, Config{MaxRetries: 20}, r)
				ctx, cancel := context.WithCancel(t.Context())
				begun := time.Now()
				time.AfterFunc(100*time.Millisecond, cancel)
				_, err := c.Model(ctx, "m")
				if _ = asError[*TransportError](t, err); !errors.Is(err, context.Canceled) || time.Since(begun) != 100*time.Millisecond {
					t.Errorf("cancelled after 100ms, ended after %s with %v", time.Since(begun), err)
				}
			})
		})
	}
}

func TestResponseInTimeCountsAfterCancellation(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c, _ := scripted(t, reply{do: func(req *http.Request) (*http.Response, error) {
		cancel()
		return &http.Response{StatusCode: http.StatusCreated, Body: io.NopCloser(strings.NewReader(`{"id":"m"}`))}, nil
	}})
	if m, err := c.Model(ctx, "m"); err != nil || m.ID != "m" {
		t.Errorf("got %+v, %v", m, err)
	}
}

func TestNotExecuted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, w := scripted(t, reply{status: 429, header: map[string]string{"Retry-After": "60"}})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if err := send(ctx, c, http.MethodPost); err == nil || Ambiguous(err) || len(w.sent) != 1 {
			t.Errorf("a POST that only the rate limit has answered ended with %v, ambiguous %t", err, Ambiguous(err))
		}
		if err := send(ctx, c, http.MethodPost); err == nil || Ambiguous(err) || len(w.sent) != 1 {
			t.Errorf("a POST that was never sent ended with %v, ambiguous %t", err, Ambiguous(err))
		}
	})
}

func TestBackoffGrowsAndHasAnEnd(t *testing.T) {
	t.Parallel()
	for attempt, ceiling := range map[int]time.Duration{
		0: 500 * time.Millisecond, 1: time.Second, 3: 4 * time.Second, 5: retryWaitMax, 1000: retryWaitMax,
	} {
		for range 50 {
			if got := backoff(retryWaitMin, retryWaitMax, attempt, nil); got < ceiling/2 || got > ceiling {
				t.Fatalf("the pause after attempt %d is %s; want up to %s", attempt, got, ceiling)
			}
		}
	}
	hinted := func(seconds string) time.Duration {
		return backoff(retryWaitMin, retryWaitMax, 0, &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {seconds}}})
	}
	if got := hinted("4"); got != 4*time.Second {
		t.Errorf("a 503 that asks for 4 s waits %s", got)
	}
	if got := hinted("3600"); got != retryWaitMax {
		t.Errorf("a 503 that asks for an hour waits %s", got)
	}
	if got := hinted("0"); got < retryWaitMin/2 {
		t.Errorf("a 503 that asks for nothing is repeated after %s", got)
	}
	if got := backoff(retryWaitMin, retryWaitMax, 3, &http.Response{StatusCode: http.StatusTooManyRequests}); got != 0 {
		t.Errorf("the gate holds back a 429, and %s come on top", got)
	}
}

// CONTRACT.md 1.81
func TestTooLargeResponse(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, reply{do: func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(io.LimitReader(zeros{}, maxBody+1))}, nil
	}})
	_, err := c.Model(t.Context(), "m")
	mustContain(t, asError[*TransportError](t, err).Error(), "larger than 32 MiB")
	if len(w.sent) != 1 {
		t.Errorf("it was loaded %d times", len(w.sent))
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
