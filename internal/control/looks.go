package control

import (
	"context"
	"slices"
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
	// both by its ID; groups those of the last change of the members of each group. members is the time of the last change of any, and others
	// that of the last other write.
	rollouts, deployments, groups map[string]time.Time
	members, others               time.Time
}

// wrote records that a write begins, or has ended: an answer must not be from before either.
func (l *looks) wrote(r request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rollouts == nil {
		l.rollouts, l.deployments, l.groups = map[string]time.Time{}, map[string]time.Time{}, map[string]time.Time{}
	}
	now, parts := time.Now(), strings.Split(r.path, "/")
	body, _ := r.body.(map[string]any)
	switch model, _ := body["model_id"].(string); {
	case r.path == executePath && model != "":
		l.deployments[join(model)] = now
	case parts[0] == "models" && len(parts) > 2:
		l.rollouts[parts[1]] = now
	case parts[0] == "device-groups" && len(parts) > 2:
		l.groups[parts[1]], l.members = now, now
	default:
		l.others = now
	}
}

// sharing allows answers that are not older than maxAge, nor than the last of some writes.
func sharing(ctx context.Context, maxAge time.Duration, writes ...time.Time) context.Context {
	if readcache.Cached(ctx) {
		return ctx
	}
	return readcache.WithRecent(ctx, readcache.Recent{MaxAge: maxAge, After: slices.MaxFunc(writes, time.Time.Compare)})
}

// SharingRollouts allows reads of the rollouts of a model to be answered with what another read of such a context has asked for at most
// maxAge ago, and since this client has last written them. With 0, they accept no earlier answer, and others may accept theirs. It does not
// change the reads of a plan or a refresh, which WithCache allows more.
func (c *Client) SharingRollouts(ctx context.Context, modelID string, maxAge time.Duration) context.Context {
	c.looks.mu.Lock()
	defer c.looks.mu.Unlock()
	return sharing(ctx, maxAge, c.looks.others, c.looks.rollouts[join(modelID)])
}

// SharingAssignments is SharingRollouts for the versions of a model that devices are assigned, which rollouts and deployments write.
func (c *Client) SharingAssignments(ctx context.Context, modelID string, maxAge time.Duration) context.Context {
	c.looks.mu.Lock()
	defer c.looks.mu.Unlock()
	model := join(modelID)
	return sharing(ctx, maxAge, c.looks.others, c.looks.members, c.looks.rollouts[model], c.looks.deployments[model])
}

// SharingSettings is SharingRollouts for what neither rollouts, deployments nor changes of members write.
func (c *Client) SharingSettings(ctx context.Context, maxAge time.Duration) context.Context {
	c.looks.mu.Lock()
	defer c.looks.mu.Unlock()
	return sharing(ctx, maxAge, c.looks.others)
}

// SharingGroup is SharingRollouts for what a change of the members of a group writes.
func (c *Client) SharingGroup(ctx context.Context, groupID string, maxAge time.Duration) context.Context {
	c.looks.mu.Lock()
	defer c.looks.mu.Unlock()
	return sharing(ctx, maxAge, c.looks.others, c.looks.groups[join(groupID)])
}
