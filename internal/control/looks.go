package control

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/control/readcache"
)

// Reads that an apply shares
//
// In an apply, reads are uncached. Many resources look at the same list all the same: all deployments of a model at its rollouts, those
// to a group at its members. A look may be answered with what another one has asked for a moment ago, unless this client has written
// since what it is about. Of which model a write is, its path or its body says; one that is of no model may have changed anything.

// looks has the times of the client's own writes.
type looks struct {
	mu sync.Mutex
	// rollouts are the times of the last write to the rollouts of each model, and deployments those of the last deployment of it to a group,
	// both by its ID. others is the time of the last other write.
	rollouts, deployments map[string]time.Time
	others                time.Time
}

// wrote records that a write begins, or has ended: an answer must not be from before either.
func (l *looks) wrote(r request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rollouts == nil {
		l.rollouts, l.deployments = map[string]time.Time{}, map[string]time.Time{}
	}
	now, parts := time.Now(), strings.Split(r.path, "/")
	body, _ := r.body.(map[string]any)
	switch model, _ := body["model_id"].(string); {
	case r.path == executePath && model != "":
		l.deployments[join(model)] = now
	case parts[0] == "models" && len(parts) > 2:
		l.rollouts[parts[1]] = now
	default:
		l.others = now
	}
}

func (l *looks) sharing(ctx context.Context, modelID string, maxAge time.Duration, writes ...map[string]time.Time) context.Context {
	if readcache.Cached(ctx) {
		return ctx
	}
	after := l.others
	for _, times := range writes {
		if last := times[join(modelID)]; last.After(after) {
			after = last
		}
	}
	return readcache.WithRecent(ctx, readcache.Recent{MaxAge: maxAge, After: after})
}

// SharingRollouts allows reads of the rollouts of a model to be answered with what another read of such a context has asked for at most
// maxAge ago, and since this client has last written them. With 0, they accept no earlier answer, and others may accept theirs. It does not
// change the reads of a plan or a refresh, which WithCache allows more.
func (c *Client) SharingRollouts(ctx context.Context, modelID string, maxAge time.Duration) context.Context {
	c.looks.mu.Lock()
	defer c.looks.mu.Unlock()
	return c.looks.sharing(ctx, modelID, maxAge, c.looks.rollouts)
}

// SharingAssignments is SharingRollouts for the versions of a model that devices are assigned, which rollouts and deployments write.
func (c *Client) SharingAssignments(ctx context.Context, modelID string, maxAge time.Duration) context.Context {
	c.looks.mu.Lock()
	defer c.looks.mu.Unlock()
	return c.looks.sharing(ctx, modelID, maxAge, c.looks.rollouts, c.looks.deployments)
}

// SharingSettings is SharingRollouts for what neither rollouts nor deployments write: settings, and the members of groups.
func (c *Client) SharingSettings(ctx context.Context, maxAge time.Duration) context.Context {
	c.looks.mu.Lock()
	defer c.looks.mu.Unlock()
	return c.looks.sharing(ctx, "", maxAge)
}
