package control

import (
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

	"github.com/google/go-cmp/cmp"
)

// slowly replies after a second, unless the request is canceled before.
func slowly(body string) reply {
	return reply{do: func(req *http.Request) (*http.Response, error) {
		select {
		case <-time.After(time.Second):
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
	}}
}

const oneRollout = `[{"id":1,"version":"1.0.0","status":"completed"}]`

// readers starts n readers of the same rollouts and waits for them.
func readers(ctx context.Context, t *testing.T, c *Client, n int) {
	t.Helper()
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if got, err := c.Rollouts(ctx, "m"); err != nil || len(got) != 1 {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	all.Wait()
}

func TestCachedValuesAreCopied(t *testing.T) {
	t.Parallel()
	c, _ := scripted(t, ok(`[{"id":1,"version":"1.0.0","status":"completed"},{"id":2,"version":"2.0.0","status":"active"}]`))
	ctx := WithCache(t.Context(), 0)
	first, _ := c.Rollouts(ctx, "m")
	want := first[0]
	first[0] = Rollout{ID: "spoiled"}
	if again, err := c.Rollouts(ctx, "m"); err != nil || again[0] != want {
		t.Errorf("one reader's change reached another one: %+v, %v", again, err)
	}
	c, _ = scripted(t, ok(`{"a":1}`))
	settings, _ := c.Settings(ctx, "demo")
	settings["a"] = "spoiled"
	if again, err := c.Settings(ctx, "demo"); err != nil || again["a"] != 1.0 {
		t.Errorf("one reader's change reached another one: %v, %v", again, err)
	}
}

func TestUncachedReadsJoinUntilTheRequestIsSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, w := scripted(t, slowly(oneRollout))
		attemptOf(t, c).gate.pause(time.Minute)
		readers(t.Context(), t, c, 20)
		if n := len(w.sent); n != 1 {
			t.Errorf("%d requests for those who waited at the gate together", n)
		}
		// A request that is on its way already may answer with what was before the read began: they wait for it, and share the next one.
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * 100 * time.Millisecond)
				readers(t.Context(), t, c, 1)
			})
		}
		all.Wait()
		if n := len(w.sent); n != 1+2 {
			t.Errorf("%d requests; want one more for the first, and one for all that came after it had left", n)
		}
	})
}

func TestAReaderLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, w := scripted(t, slowly(oneRollout))
		ctx := WithCache(t.Context(), 0)
		leader, cancel := context.WithCancel(ctx)
		var all sync.WaitGroup
		all.Go(func() {
			_, err := c.Rollouts(leader, "m")
			if transport := asError[*TransportError](t, err); !errors.Is(err, context.Canceled) || !transport.NotExecuted {
				t.Errorf("who gave up got %v", err)
			}
		})
		synctest.Wait()
		all.Go(func() { readers(ctx, t, c, 5) })
		time.Sleep(500 * time.Millisecond)
		cancel()
		all.Wait()
		if n := len(w.sent); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestADeadlineIsEachReadersOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, w := scripted(t, slowly(oneRollout))
		attemptOf(t, c).gate.pause(time.Minute)
		begun := time.Now()
		var all sync.WaitGroup
		limited := func(limit time.Duration, check func(error)) {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(WithCache(t.Context(), 0), limit)
				defer cancel()
				_, err := c.Rollouts(ctx, "m")
				check(err)
			})
			synctest.Wait()
		}
		patient := func(err error) {
			if err != nil {
				t.Errorf("who had time got %v", err)
			}
		}
		all.Go(func() { readers(WithCache(t.Context(), 0), t, c, 1) })
		synctest.Wait()
		limited(5*time.Second, func(err error) {
			if limit := asError[*RateLimitError](t, err); limit.Left != 5*time.Second || time.Since(begun) != 0 {
				t.Errorf("%v after %s", err, time.Since(begun))
			}
		})
		limited(61*time.Second, func(err error) {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("who ran out of time got %v", err)
			}
		})
		limited(5*time.Minute, patient) // joins the one before, and goes on when that ends at its own deadline
		all.Wait()
		if n := len(w.sent); n != 3 {
			t.Errorf("%d requests", n)
		}
	})
}

// TestCacheInvalidation tells after which request a cached read makes a request of its own, and whether all later ones do.
func TestCacheInvalidation(t *testing.T) {
	t.Parallel()
	const nothing, once, forGood = 1, 2, 3
	for name, tc := range map[string]struct {
		request func(context.Context, *Client)
		want    int
	}{
		"another cached read":  {func(ctx context.Context, c *Client) { _, _ = c.Versions(WithCache(ctx, 0), "m", "") }, nothing},
		"a preview":            {func(ctx context.Context, c *Client) { _, _ = c.PrepareDeployment(ctx, GroupDeployment{}) }, nothing},
		"an uncached read":     {func(ctx context.Context, c *Client) { _, _ = c.Group(ctx, "g") }, once},
		"uncached assignments": {func(ctx context.Context, c *Client) { _, _ = c.GroupAssignments(ctx, "g", "m") }, once},
		"WithoutCache":         {func(ctx context.Context, c *Client) { _, _ = c.Group(WithoutCache(WithCache(ctx, 0)), "g") }, once},
		"a plan's write":       {func(ctx context.Context, c *Client) { _ = c.DeleteGroup(WithinPlan(ctx), "g") }, once},
		"a read before it":     {func(ctx context.Context, c *Client) { _, _ = c.APIKeys(WithinPlan(ctx)) }, once},
		"a write":              {func(ctx context.Context, c *Client) { _ = c.DeleteGroup(WithCache(ctx, 0), "g") }, forGood},
	} {
		c, w := scripted(t, reply{do: func(req *http.Request) (*http.Response, error) {
			body := `{"id":"1"}`
			switch {
			case strings.HasSuffix(req.URL.Path, "rollouts"):
				body = oneRollout
			case strings.HasSuffix(req.URL.Path, "s"):
				body = "[]"
			}
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
		}})
		ctx := WithCache(t.Context(), 0)
		readers(ctx, t, c, 1)
		tc.request(t.Context(), c)
		readers(ctx, t, c, 1)
		readers(ctx, t, c, 1)
		got := 0
		for _, call := range w.calls() {
			if call == "GET models/m/rollouts" {
				got++
			}
		}
		if got != tc.want || c.Applying() != (tc.want == forGood) {
			t.Errorf("after %s: %d requests for the rollouts, applying: %t; want %d", name, got, c.Applying(), tc.want)
		}
	}
}

func TestALostWriteDisablesTheCache(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		lost := answer(http.StatusForbidden, `{"detail":"no"}`) // the response to the read after the lost one
		c, w := scripted(t, ok(oneRollout), failing(errCut), lost, ok(oneRollout))
		ctx := WithCache(t.Context(), 0)
		readers(ctx, t, c, 1)
		if err := c.DeleteRollout(ctx, "m", "1", true); !Ambiguous(err) {
			t.Fatalf("got %v", err)
		}
		before := len(w.sent)
		readers(ctx, t, c, 1)
		if n := len(w.sent); n != before+1 {
			t.Errorf("%d requests after %d: what was read before a write that may have happened was used", n, before)
		}
	})
}

func TestAWriteInvalidatesTheNamesOfItsKind(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]struct{ models, groups int }{
		"models": {2, 1}, "models/1": {2, 1}, "models/1/rollouts": {1, 1}, "device-groups": {1, 2}, "device-groups/1": {1, 2},
		"device-groups/1/devices": {1, 1}, "deploy/execute": {1, 1},
	} {
		c, w := scripted(t, reply{do: func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`[{"id":1,"name":"phi"}]`))}, nil
		}})
		resolve := func() {
			if m, found, err := c.ResolveModel(t.Context(), "phi"); !found || m.ID != "1" || err != nil {
				t.Errorf("the model is %+v, %t, %v", m, found, err)
			}
			if g, found, err := c.ResolveGroup(t.Context(), "phi"); !found || g.ID != "1" || err != nil {
				t.Errorf("the group is %+v, %t, %v", g, found, err)
			}
		}
		resolve()
		resolve()
		_ = c.post(t.Context(), "write", path, nil, nil)
		resolve()
		got := map[string]int{}
		for _, call := range w.calls() {
			got[call]++
		}
		if got["GET models"] != want.models || got["GET device-groups"] != want.groups {
			t.Errorf("around a write to %s the calls were %v; want %+v lists", path, got, want)
		}
	}
}

func TestResolveEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := scripted(t, slowly(`[{"id":1,"name":"phi"}]`))
		var all sync.WaitGroup
		all.Go(func() {
			if _, found, err := c.ResolveModel(t.Context(), "phi"); !found || err != nil {
				t.Errorf("%t, %v", found, err)
			}
		})
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		if _, _, err := c.ResolveModel(ctx, "phi"); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		all.Wait()
	})
}

func TestGroupAssignmentsAreOneSharedBatch(t *testing.T) {
	t.Parallel()
	var members, list, calls = []string{}, []string{}, map[string]int{}
	for i := range 200 {
		members = append(members, fmt.Sprintf(`{"id":"d%d"}`, i))
		list = append(list, fmt.Sprintf(`{"id":"d%d","assignments":[{"model_id":"m","version":"1.0.0"}]}`, i))
	}
	bodies := map[string]string{
		"device-groups/g/devices": "[" + strings.Join(members, ",") + "]",
		"devices":                 "[" + strings.Join(list, ",") + "]",
	}
	for i := range 200 {
		bodies[fmt.Sprintf("devices/d%d/assignments", i)] = `[{"model_id":"m","version":"1.0.0"}]`
	}
	c, w := scripted(t, byPath(bodies))
	for range 2 {
		got, err := c.GroupAssignments(t.Context(), "g", "m")
		if diff := cmp.Diff(map[string]int{"1.0.0": 200}, counted(got)); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
	for _, call := range w.calls() {
		calls[call]++
	}
	if len(w.sent) != 2*3 || calls["GET devices"] != 2 || calls["GET device-groups/g/devices"] != 2 {
		t.Errorf("sent %v; want each time the members, one device, and the list of all", calls)
	}
}

func TestManyModelsOnOneGroup(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		bodies map[string]string
		most   int
	}{
		"lists with assignments": {map[string]string{"device-groups/g/devices": `[{"id":1,"assignments":[]},{"id":2,"assignments":[]}]`}, 1},
		"device by device": {map[string]string{
			"device-groups/g/devices": `[{"id":1},{"id":2},{"id":3}]`, "devices": `[{"id":1},{"id":2},{"id":3}]`,
			"devices/1/assignments": `[]`, "devices/2/assignments": `[]`, "devices/3/assignments": `[]`,
		}, 1 + 3 + 1},
	} {
		c, w := scripted(t, byPath(tc.bodies))
		ctx := WithCache(t.Context(), 0)
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() {
				if got, err := c.GroupAssignments(ctx, "g", fmt.Sprint(i)); err != nil || counted(got)[""] < 2 {
					t.Errorf("%s: %v, %v", name, got, err)
				}
			})
		}
		all.Wait()
		if n := len(w.sent); n > tc.most {
			t.Errorf("%s: %d requests; want %d", name, n, tc.most)
		}
	}
}

// Of many previews, the first one tells whether the server refuses all; what it says of one deployment is no answer to another one.
//
// CONTRACT.md 1.85
func TestRefusedCallsAreMadeOnce(t *testing.T) {
	t.Parallel()
	const callers = 5
	for name, tc := range map[string]struct {
		answer         reply
		cached, always int
	}{
		"a key that may not":    {answer(403, `{"error":"forbidden","message":"the API key lacks the scope devices:read"}`), 1, callers},
		"a server without it":   {answer(404, `{"detail":"Not Found"}`), 1, callers},
		"a refusal of a policy": {answer(403, `{"error":"policy_denied","message":"no"}`), callers, callers},
		"no such model":         {answer(404, `{"error":"not_found","message":"no such model"}`), callers, callers},
		"a fault":               {answer(500, ""), 3 * callers, 3 * callers},
		"an answer":             {ok(`{"target_count":3}`), callers, callers},
	} {
		synctest.Test(t, func(t *testing.T) {
			ask := func(ctx context.Context, want int) {
				t.Helper()
				c, w := scripted(t, tc.answer)
				var all sync.WaitGroup
				for i := range callers {
					all.Go(func() {
						p, err := c.PrepareDeployment(ctx, GroupDeployment{ModelID: fmt.Sprint(i)})
						if answered := tc.answer.status == 0; answered != (err == nil) || answered && *p.Targets != 3 {
							t.Errorf("%s: %+v, %v", name, p, err)
						}
					})
				}
				all.Wait()
				if len(w.sent) != want {
					t.Errorf("%s: %d requests; want %d", name, len(w.sent), want)
				}
			}
			ask(WithCache(t.Context(), 0), tc.cached)
			ask(t.Context(), tc.always)
		})
	}
	// Who leaves before the first answer leaves the others to ask themselves.
	synctest.Test(t, func(t *testing.T) {
		c, w := scripted(t, unanswered, ok(`{"target_count":3}`))
		ctx := WithCache(t.Context(), 0)
		first, leave := context.WithCancel(ctx)
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := c.PrepareDeployment(first, GroupDeployment{ModelID: "1"}); !errors.Is(err, context.Canceled) {
				t.Errorf("who left got %v", err)
			}
		})
		synctest.Wait()
		leave()
		all.Wait()
		if p, err := c.PrepareDeployment(ctx, GroupDeployment{ModelID: "2"}); err != nil || *p.Targets != 3 {
			t.Errorf("the next one got %+v, %v after %q", p, err, w.calls())
		}
	})
}
