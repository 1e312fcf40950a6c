package sandbox

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func withRateLimit(n int) func(*Options) { return func(o *Options) { o.RateLimit = n } }

// limitHeaders returns the rate limit headers of a response.
func limitHeaders(r reply) map[string]string {
	headers := map[string]string{}
	for _, name := range []string{"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After"} {
		if value := r.header.Get(name); value != "" {
			headers[name] = value
		}
	}
	return headers
}

func (h *harness) wantLimit(r reply, status int, headers map[string]string) {
	h.t.Helper()
	if r.status != status {
		h.t.Errorf("got status %d, want %d: %s", r.status, status, r.raw)
	}
	if diff := cmp.Diff(headers, limitHeaders(r)); diff != "" {
		h.t.Errorf("headers of the limit (-want +got):\n%s", diff)
	}
}

// CONTRACT.md 1.59, 1.71, 1.74, 8.2, 8.46
func TestRateLimit(t *testing.T) {
	t.Parallel()
	for _, d := range []Dialect{DialectDocs, DialectSDK} {
		h := newHarness(t, withDialect(d), withRateLimit(2))
		h.AddKey("other")
		list := func(key string) reply { return h.request(key, "GET", modelsPath, nil) }
		h.wantLimit(list("sandbox"), 200, map[string]string{"RateLimit-Limit": "2", "RateLimit-Remaining": "1", "RateLimit-Reset": "60"})
		h.elapse(500 * time.Millisecond)
		h.wantLimit(list("sandbox"), 200, map[string]string{"RateLimit-Limit": "2", "RateLimit-Remaining": "0", "RateLimit-Reset": "60"})
		h.elapse(20 * time.Second)
		over := list("sandbox")
		h.wantLimit(over, 429, map[string]string{
			"RateLimit-Limit": "2", "RateLimit-Remaining": "0", "RateLimit-Reset": "40", "Retry-After": "40",
		})
		if d == DialectDocs && over.object["error"] != "rate_limited" || d == DialectSDK && over.object["detail"] == nil {
			t.Errorf("%s: the error is %s", d, over.raw)
		}
		// Each key has its own limit, and the sandbox's controls have none.
		h.wantLimit(list("other"), 200, map[string]string{"RateLimit-Limit": "2", "RateLimit-Remaining": "1", "RateLimit-Reset": "60"})
		h.wantLimit(h.request("sandbox", "GET", "/sandbox/ledger", nil), 200, map[string]string{})
		// Rejected requests do not count, and a client that waits as told succeeds.
		h.elapse(40 * time.Second)
		h.wantLimit(list("sandbox"), 200, map[string]string{"RateLimit-Limit": "2", "RateLimit-Remaining": "1", "RateLimit-Reset": "60"})
	}
}

// A request over the limit is not executed, has no fault, and is in the ledger.
//
// CONTRACT.md 8.46
func TestRateLimitRejectsRequests(t *testing.T) {
	t.Parallel()
	h := newHarness(t, withRateLimit(1))
	h.do(200, "GET", modelsPath, nil)
	h.AddFault(Fault{Path: "device-groups", Status: 500})
	h.do(429, "POST", groupsPath, object{"name": "canary"})
	entries := h.Ledger()
	if last := entries[len(entries)-1]; last.Status != 429 || last.Operation != "create group" {
		t.Errorf("the ledger ends with %+v", last)
	}
	h.elapse(time.Minute)
	h.do(500, "POST", groupsPath, object{"name": "canary"})
	h.elapse(time.Minute)
	h.do(201, "POST", groupsPath, object{"name": "canary"})
}

// Headers of a fault override those of the limit, in any case.
func TestFaultOverridesRateLimit(t *testing.T) {
	t.Parallel()
	h := newHarness(t, withRateLimit(100))
	h.AddFault(Fault{Path: "models", Status: 429, Headers: map[string]string{"ratelimit-reset": "7", "x-request-id": "mine"}})
	r := h.request("sandbox", "GET", modelsPath, nil)
	h.wantLimit(r, 429, map[string]string{"RateLimit-Limit": "100", "RateLimit-Remaining": "99", "RateLimit-Reset": "7"})
	if id := r.header.Get("X-Request-Id"); id != "mine" {
		t.Errorf("the request id is %s", id)
	}
}

// CONTRACT.md 8.46
func TestNoRateLimitByDefault(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for range 300 {
		if r := h.do(200, "GET", "/api/v1/status", nil); len(limitHeaders(r)) > 0 {
			t.Fatalf("headers of a limit: %v", limitHeaders(r))
		}
	}
}

// Uploads have no key and therefore no limit.
//
// CONTRACT.md 8.46
func TestRateLimitExcludesUploads(t *testing.T) {
	t.Parallel()
	h := newHarness(t, withRateLimit(2))
	at, key := h.createUpload("3.0.0", "model.onnx")
	for range 3 {
		h.putFile(200, at, "x")
	}
	h.confirmUpload(201, "3.0.0", key, 1)
	if r := h.postForm(429, versionsPath+"/upload-url", nil); !strings.Contains(r.raw, "rate_limited") {
		t.Errorf("the error is %s", r.raw)
	}
}
