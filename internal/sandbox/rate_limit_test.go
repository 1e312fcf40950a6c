package sandbox

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func withRateLimit(n int) func(*Options) { return func(o *Options) { o.RateLimit = n } }

// limitHeaders are the headers of an answer that tell of the limit.
func limitHeaders(r reply) map[string]string {
	headers := map[string]string{}
	for _, name := range []string{"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After"} {
		if value := r.header.Get(name); value != "" {
			headers[name] = value
		}
	}
	return headers
}

func (l *lab) wantLimit(r reply, status int, headers map[string]string) {
	l.t.Helper()
	if r.status != status {
		l.t.Errorf("got status %d, want %d: %s", r.status, status, r.raw)
	}
	if diff := cmp.Diff(headers, limitHeaders(r)); diff != "" {
		l.t.Errorf("headers of the limit (-want +got):\n%s", diff)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	for _, d := range []Dialect{DialectDocs, DialectSDK} {
		l := newLab(t, withDialect(d), withRateLimit(2))
		l.AddKey("other")
		list := func(key string) reply { return l.request(key, "GET", modelsPath, nil) }
		l.wantLimit(list("sandbox"), 200, map[string]string{"RateLimit-Limit": "2", "RateLimit-Remaining": "1", "RateLimit-Reset": "60"})
		l.pass(500 * time.Millisecond)
		l.wantLimit(list("sandbox"), 200, map[string]string{"RateLimit-Limit": "2", "RateLimit-Remaining": "0", "RateLimit-Reset": "60"})
		l.pass(20 * time.Second)
		over := list("sandbox")
		l.wantLimit(over, 429, map[string]string{
			"RateLimit-Limit": "2", "RateLimit-Remaining": "0", "RateLimit-Reset": "40", "Retry-After": "40",
		})
		if d == DialectDocs && over.object["error"] != "rate_limited" || d == DialectSDK && over.object["detail"] == nil {
			t.Errorf("%s: the refusal is %s", d, over.raw)
		}
		// Each key has a limit of its own, and the sandbox's controls have none.
		l.wantLimit(list("other"), 200, map[string]string{"RateLimit-Limit": "2", "RateLimit-Remaining": "1", "RateLimit-Reset": "60"})
		l.wantLimit(l.request("sandbox", "GET", "/sandbox/ledger", nil), 200, map[string]string{})
		// Refused requests do not count, and who waits as long as it was told comes through.
		l.pass(40 * time.Second)
		l.wantLimit(list("sandbox"), 200, map[string]string{"RateLimit-Limit": "2", "RateLimit-Remaining": "1", "RateLimit-Reset": "60"})
	}
}

// A request over the limit is not carried out, meets no fault, and is in the ledger.
func TestRateLimitStopsRequests(t *testing.T) {
	t.Parallel()
	l := newLab(t, withRateLimit(1))
	l.do(200, "GET", modelsPath, nil)
	l.AddFault(Fault{Path: "device-groups", Status: 500})
	l.do(429, "POST", groupsPath, object{"name": "canary"})
	entries := l.Ledger()
	if last := entries[len(entries)-1]; last.Status != 429 || last.Operation != "create group" {
		t.Errorf("the ledger ends with %+v", last)
	}
	l.pass(time.Minute)
	l.do(500, "POST", groupsPath, object{"name": "canary"})
	l.pass(time.Minute)
	l.do(201, "POST", groupsPath, object{"name": "canary"})
}

// What a scripted fault says of the limit wins, however it spells the header.
func TestFaultsOverwriteTheLimit(t *testing.T) {
	t.Parallel()
	l := newLab(t, withRateLimit(100))
	l.AddFault(Fault{Path: "models", Status: 429, Headers: map[string]string{"ratelimit-reset": "7", "x-request-id": "mine"}})
	r := l.request("sandbox", "GET", modelsPath, nil)
	l.wantLimit(r, 429, map[string]string{"RateLimit-Limit": "100", "RateLimit-Remaining": "99", "RateLimit-Reset": "7"})
	if id := r.header.Get("X-Request-Id"); id != "mine" {
		t.Errorf("the request id is %s", id)
	}
}

func TestNoRateLimitByDefault(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for range 300 {
		if r := l.do(200, "GET", "/api/v1/status", nil); len(limitHeaders(r)) > 0 {
			t.Fatalf("headers of a limit: %v", limitHeaders(r))
		}
	}
}

// The storage that files are sent to knows no key, and so no limit.
func TestRateLimitLeavesUploadsAlone(t *testing.T) {
	t.Parallel()
	l := newLab(t, withRateLimit(2))
	at, key := l.upload("3.0.0", "model.onnx")
	for range 3 {
		l.send(200, at, "x")
	}
	l.confirm(201, "3.0.0", key, 1)
	if r := l.form(429, versionsPath+"/upload-url", nil); !strings.Contains(r.raw, "rate_limited") {
		t.Errorf("the refusal is %s", r.raw)
	}
}
