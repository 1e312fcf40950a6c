package control

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// A shared look is as new as the last write of what it is about, and as old as its reader accepts.
func TestSharing(t *testing.T) {
	t.Parallel()
	execute := func(model string) func(context.Context, *Client) {
		return func(ctx context.Context, c *Client) {
			_, _ = c.ExecuteDeployment(ctx, GroupDeployment{ModelID: model, Group: "g"}, nil)
		}
	}
	create := func(model string) func(context.Context, *Client) {
		return func(ctx context.Context, c *Client) { _, _ = c.CreateRollout(ctx, model, NewRollout{}, nil) }
	}
	for name, tc := range map[string]struct {
		between func(context.Context, *Client)
		maxAge  time.Duration
		// rollouts, assignments, settings and group are the requests of two looks.
		rollouts, assignments, settings, group int
	}{
		"at once":                   {func(context.Context, *Client) {}, time.Minute, 1, 1, 1, 1},
		"too late":                  {func(context.Context, *Client) { time.Sleep(time.Minute) }, time.Minute, 2, 2, 2, 2},
		"no earlier answer":         {func(context.Context, *Client) {}, 0, 2, 2, 2, 2},
		"a deployment":              {execute("a/b"), time.Minute, 1, 2, 1, 1},
		"a rollout":                 {create("a/b"), time.Minute, 2, 2, 1, 1},
		"another model's":           {execute("a"), time.Minute, 1, 1, 1, 1},
		"a rollout of another":      {create("a"), time.Minute, 1, 1, 1, 1},
		"a deployment of no model":  {execute(""), time.Minute, 2, 2, 2, 2},
		"a preview":                 {func(ctx context.Context, c *Client) { _, _ = c.PrepareDeployment(ctx, GroupDeployment{ModelID: "a/b"}) }, time.Minute, 1, 1, 1, 1},
		"the settings are changed":  {func(ctx context.Context, c *Client) { _, _ = c.UpdateSettings(ctx, "org", nil, nil) }, time.Minute, 2, 2, 2, 2},
		"members are added":         {func(ctx context.Context, c *Client) { _ = c.AddGroupDevices(ctx, "g", []string{"d"}) }, time.Minute, 1, 2, 1, 2},
		"members of another group":  {func(ctx context.Context, c *Client) { _ = c.AddGroupDevices(ctx, "other", []string{"d"}) }, time.Minute, 1, 2, 1, 1},
		"the model is deleted":      {func(ctx context.Context, c *Client) { _ = c.DeleteModel(ctx, "a/b") }, time.Minute, 2, 2, 2, 2},
		"another walk":              {func(_ context.Context, c *Client) { c.BeginWalk() }, time.Minute, 2, 2, 2, 2},
		"the cache of the walk end": {func(_ context.Context, c *Client) { c.cache.Disable() }, time.Minute, 1, 1, 1, 1},
	} {
		for kind, look := range map[string]struct {
			share func(context.Context, *Client, time.Duration) context.Context
			want  int
		}{
			"rollouts": {func(ctx context.Context, c *Client, maxAge time.Duration) context.Context {
				return c.SharingRollouts(ctx, "a/b", maxAge)
			}, tc.rollouts},
			"assignments": {func(ctx context.Context, c *Client, maxAge time.Duration) context.Context {
				return c.SharingAssignments(ctx, "a/b", maxAge)
			}, tc.assignments},
			"settings": {func(ctx context.Context, c *Client, maxAge time.Duration) context.Context {
				return c.SharingSettings(ctx, maxAge)
			}, tc.settings},
		} {
			synctest.Test(t, func(t *testing.T) {
				c, w := scripted(t, ok(`{"id":"1","version":"1.0.0","status":"active","rollouts":[]}`))
				n := 0
				for _, maxAge := range []time.Duration{0, tc.maxAge} {
					before := len(w.sent)
					if _, err := c.Rollouts(look.share(t.Context(), c, maxAge), "m"); err != nil {
						t.Errorf("%s: %v", name, err)
					}
					n += len(w.sent) - before
					time.Sleep(time.Second)
					tc.between(t.Context(), c)
					time.Sleep(time.Second)
				}
				if n != look.want {
					t.Errorf("%s: two looks at %s were %d requests; want %d", name, kind, n, look.want)
				}
			})
		}
	}
}
