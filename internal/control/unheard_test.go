package control

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
)

// Of many requests with a rejected key that fail at the same time, one is to explain it; and one more after the key was accepted again.
//
// CONTRACT.md 1.52
func TestOneOfManyRejectedRequestsExplains(t *testing.T) {
	t.Parallel()
	var accepted atomic.Bool
	c, _ := scripted(t, reply{do: func(req *http.Request) (*http.Response, error) {
		if accepted.Load() {
			return (&wire{replies: []reply{ok(`{"id":"g","name":"lab"}`)}}).RoundTrip(req)
		}
		return (&wire{replies: []reply{answer(401, `{"error":"unauthorized","message":"expired"}`)}}).RoundTrip(req)
	}})
	many := func() (first int64) {
		var explaining atomic.Int64
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				_, err := c.Group(t.Context(), "g")
				if !RejectedKey(err) || WantsOrg(err) || OperationOf(err) == "" {
					t.Errorf("the error is %v", err)
				}
				if !Repeats(err) {
					explaining.Add(1)
				}
			})
		}
		all.Wait()
		return explaining.Load()
	}
	for i, want := range []int64{1, 0} {
		if got := many(); got != want {
			t.Errorf("round %d: %d errors explain it; want %d", i, got, want)
		}
	}
	accepted.Store(true)
	if _, err := c.Group(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	accepted.Store(false)
	if got := many(); got != 1 {
		t.Errorf("after a success %d errors explain it; want 1", got)
	}
}

// A server that insists on `org_id` says so in any envelope; a client that has an organization is not told to configure one.
//
// CONTRACT.md 1.18
func TestMissingOrganization(t *testing.T) {
	t.Parallel()
	for body, status := range map[string]int{
		`{"detail":[{"loc":["query","org_id"],"msg":"Field required","type":"missing"}]}`: 422,
		`{"error":"bad_request","message":"org_id is required","status_code":400}`:        400,
		`{"code":"invalid_input","message":"missing query parameter org_id"}`:             422,
		`{"detail":"org_id is required"}`:                                                 400,
	} {
		for org, want := range map[string]bool{"": true, "demo": false} {
			c, _ := scripted(t, answer(status, body))
			c.orgID = org
			_, groups := c.Groups(t.Context())
			_, devices := c.Devices(t.Context(), "", "")
			_, total := c.DeviceCount(t.Context())
			for _, err := range []error{groups, devices, total} {
				if err == nil || WantsOrg(err) != want {
					t.Errorf("%s, organization %q: %v asks for it: %t", body, org, err, WantsOrg(err))
				}
			}
			if want && (Repeats(groups) || !Repeats(devices) || !Repeats(total)) {
				t.Errorf("%s: not exactly the first error is to explain it", body)
			}
		}
	}
	for body, status := range map[string]int{
		`{"detail":[{"loc":["query","limit"],"msg":"too large"}]}`: 422, `{"error":"forbidden","message":"no access to org_id 5"}`: 403, `{"detail":"x"}`: 400,
	} {
		c, _ := scripted(t, answer(status, body))
		c.orgID = ""
		if _, err := c.Groups(t.Context()); err == nil || WantsOrg(err) || Repeats(err) {
			t.Errorf("%s asks for the organization", body)
		}
	}
	c, w := scripted(t)
	c.orgID = ""
	_, err := c.OrgMembers(t.Context())
	if _, again := c.OrgMembers(t.Context()); !WantsOrg(err) || Repeats(err) || !Repeats(again) || len(w.sent) > 0 {
		t.Errorf("members of no organization: %v, %v; sent %v", err, again, w.calls())
	}
}
