package control

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

const missing = `{"error":"not_found","message":"no such thing","status_code":404}`

// CONTRACT.md 1.92
func TestSomethingNewIsLookedForAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, w := scripted(t, ok(`{"id":"r1","version":"2.0.0","status":"active"}`), answer(404, missing), answer(404, missing),
			ok(`{"id":"r1","version":"2.0.0","status":"active"}`))
		if _, err := c.CreateRollout(t.Context(), "m", NewRollout{Version: "2.0.0"}, nil); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if r, err := c.Rollout(t.Context(), "m", "r1"); err != nil || r.ID != "r1" || len(w.sent) != 4 {
			t.Errorf("%v, %v after %d requests", r, err, len(w.sent))
		}
		if took := time.Since(begun); took == 0 || took > SettleTime {
			t.Errorf("it took %s", took)
		}
	})
}

// CONTRACT.md 1.92
func TestWhatStaysMissingIsNotFound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, w := scripted(t, ok(`{"id":"g1","name":"lab"}`), answer(404, missing))
		if _, err := c.CreateGroup(t.Context(), GroupSettings{Name: "lab"}); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		_, err := c.Group(t.Context(), "g1")
		if took := time.Since(begun); !NotFound(err) || took > SettleTime+time.Second {
			t.Errorf("%v after %s", err, took)
		}
		before := len(w.sent)
		if _, err := c.Group(t.Context(), "g1"); !NotFound(err) || len(w.sent) != before+1 {
			t.Errorf("%v after %d requests; later, the first answer counts", err, len(w.sent)-before)
		}
		if _, err := c.Group(t.Context(), "g2"); !NotFound(err) || len(w.sent) != before+2 {
			t.Errorf("%v; what is not new is not looked for", err)
		}
	})
}

// CONTRACT.md 1.92
func TestANewKeyThatTheListLacksIsLookedForAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := scripted(t, ok(`[]`), ok(`{"id":"k1","name":"ci","api_key":"secret-1"}`), ok(`[]`), ok(`[]`), ok(`[{"id":"k1","name":"ci"}]`))
		if _, err := c.CreateAPIKey(t.Context(), "ci", nil); err != nil {
			t.Fatal(err)
		}
		if k, err := c.APIKey(t.Context(), "k1"); err != nil || k.Name != "ci" {
			t.Errorf("%v, %v", k, err)
		}
	})
}

// CONTRACT.md 1.93
func TestAConflictWithADeletionIsRepeated(t *testing.T) {
	t.Parallel()
	const taken = `{"error":"conflict","message":"a device group named lab already exists","status_code":409}`
	for name, tc := range map[string]struct {
		create func(*Client, context.Context) error
	}{
		"a creation": {func(c *Client, ctx context.Context) error {
			_, err := c.CreateGroup(ctx, GroupSettings{Name: "lab"})
			return err
		}},
		"a new name": {func(c *Client, ctx context.Context) error {
			_, err := c.UpdateGroup(ctx, "g2", GroupSettings{Name: "lab"})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, w := scripted(t, ok(`{}`), answer(409, taken), answer(409, taken), ok(`{"id":"g2","name":"lab"}`))
				if err := c.DeleteGroup(t.Context(), "g1"); err != nil {
					t.Fatal(err)
				}
				if err := tc.create(c, t.Context()); err != nil || len(w.sent) < 4 {
					t.Errorf("%v after %d requests", err, len(w.sent))
				}
			})
		})
	}
	t.Run("without a deletion", func(t *testing.T) {
		t.Parallel()
		c, w := scripted(t, answer(409, taken))
		if _, err := c.CreateGroup(t.Context(), GroupSettings{Name: "lab"}); !HasStatus(err, http.StatusConflict) || len(w.sent) != 1 {
			t.Errorf("%v after %d requests", err, len(w.sent))
		}
	})
}

// A deletion whose answer was lost counts as one, and so does that of what had been deleted before: a stale read is looked at again.
//
// CONTRACT.md 1.77, 1.92
func TestADeletionWithoutAnAnswerIsNotForgotten(t *testing.T) {
	t.Parallel()
	for name, replies := range map[string][]reply{
		"a lost answer": {failing(errCut), answer(404, missing)}, "deleted before": {answer(404, missing)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stale := ok(`{"version":"1.0.0","status":"draft"}`)
				c, _ := scripted(t, append(replies, stale, stale, answer(404, missing))...)
				if err := c.DeleteVersion(t.Context(), "m", "1.0.0"); err != nil {
					t.Fatal(err)
				}
				if v, err := c.Version(t.Context(), "m", "1.0.0"); !NotFound(err) {
					t.Errorf("%+v, %v", v, err)
				}
			})
		})
	}
}

// CONTRACT.md 1.93
func TestADeletionThatIsOnlyAcceptedIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, w := scripted(t, answer(202, `{}`), ok(`{"id":"g1","name":"lab"}`), ok(`{"id":"g1","name":"lab"}`), answer(404, missing))
		if err := c.DeleteGroup(t.Context(), "g1"); err != nil || len(w.sent) != 4 {
			t.Errorf("%v after %d requests", err, len(w.sent))
		}
	})
}

// CONTRACT.md 1.78, 1.92
func TestALostCreationThatTheListLacksIsFoundLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const taken = `{"error":"conflict","message":"a device group named lab already exists","status_code":409}`
		c, w := scripted(t, answer(500, "no"), ok(`[]`), answer(409, taken), ok(`[]`), ok(`[]`), ok(`[{"id":"g1","name":"lab"}]`))
		if g, err := c.CreateGroup(t.Context(), GroupSettings{Name: "lab"}); err != nil || g.ID != "g1" || len(w.sent) != 6 {
			t.Errorf("%v, %v after %d requests", g, err, len(w.sent))
		}
	})
}

func TestWithinSettleTime(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		since time.Duration
		agree int
		reads int
		took  time.Duration
	}{
		"the first answer agrees":        {time.Second, 1, 1, 0},
		"the third answer agrees":        {time.Second, 3, 3, time.Second},
		"no answer agrees":               {10 * time.Second, 99, 6, 5 * time.Second},
		"written long ago":               {time.Minute, 99, 1, 0},
		"written in the future, it says": {-time.Minute, 99, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				begun, reads := time.Now(), 0
				_, err := WithinSettleTime(t.Context(), begun.Add(-tc.since), func(context.Context) (int, error) { reads++; return reads, nil },
					func(n int, _ error) bool { return n >= tc.agree })
				if took := time.Since(begun); err != nil || reads != tc.reads || took != tc.took {
					t.Errorf("%d reads in %s, %v; want %d in %s", reads, took, err, tc.reads, tc.took)
				}
			})
		})
	}
}
