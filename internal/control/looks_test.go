package control

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// A shared look is as new as the last write of its model, and as old as its reader accepts.
func TestSharing(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		between func(context.Context, *Client)
		maxAge  time.Duration
		want    int
	}{
		"at once":           {func(context.Context, *Client) {}, time.Minute, 1},
		"too late":          {func(context.Context, *Client) { time.Sleep(time.Minute) }, time.Minute, 2},
		"no earlier answer": {func(context.Context, *Client) {}, 0, 2},
		"a write of another model": {func(ctx context.Context, c *Client) {
			_, _ = c.CreateRollout(ctx, "other", NewRollout{}, nil)
			_, _ = c.ExecuteDeployment(ctx, GroupDeployment{ModelID: "other", Group: "g"}, nil)
		}, time.Minute, 1},
		"a preview":            {func(ctx context.Context, c *Client) { _, _ = c.PrepareDeployment(ctx, GroupDeployment{ModelID: "m"}) }, time.Minute, 1},
		"a rollout":            {func(ctx context.Context, c *Client) { _, _ = c.CreateRollout(ctx, "m", NewRollout{}, nil) }, time.Minute, 2},
		"a deployment":         {func(ctx context.Context, c *Client) { _, _ = c.ExecuteDeployment(ctx, GroupDeployment{ModelID: "m"}, nil) }, time.Minute, 2},
		"a change of settings": {func(ctx context.Context, c *Client) { _, _ = c.UpdateSettings(ctx, "org", nil) }, time.Minute, 2},
		"a change of members":  {func(ctx context.Context, c *Client) { _ = c.AddGroupDevices(ctx, "g", []string{"d"}) }, time.Minute, 2},
		"the model is deleted": {func(ctx context.Context, c *Client) { _ = c.DeleteModel(ctx, "m") }, time.Minute, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			c, w := scripted(t, ok(`{"id":"1","version":"1.0.0","status":"active","rollouts":[]}`))
			ctx := t.Context()
			look := func(maxAge time.Duration) (n int) {
				before := len(w.sent)
				if _, err := c.Rollouts(c.Sharing(ctx, "m", maxAge), "m"); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				return len(w.sent) - before
			}
			n := look(0)
			time.Sleep(time.Second)
			tc.between(ctx, c)
			time.Sleep(time.Second)
			if n += look(tc.maxAge); n != tc.want {
				t.Errorf("%s: two looks were %d requests; want %d", name, n, tc.want)
			}
		})
	}
}
