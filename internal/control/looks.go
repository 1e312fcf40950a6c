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
	// models are the times of the last write of each model, by its ID, and others the time of the last other write.
	models map[string]time.Time
	others time.Time
}

// wrote records that a write begins, or has ended: an answer must not be from before either.
func (l *looks) wrote(r request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	model := modelOf(r)
	if model == "" {
		l.others = time.Now()
		return
	}
	if l.models == nil {
		l.models = map[string]time.Time{}
	}
	l.models[model] = time.Now()
}

// modelOf returns the ID of the model whose rollouts, deployments or versions a write changes, as a part of a path; "" where it may be
// anything else.
func modelOf(r request) string {
	switch parts := strings.Split(r.path, "/"); {
	case r.path == executePath:
		body, _ := r.body.(map[string]any)
		id, _ := body["model_id"].(string)
		return join(id)
	case parts[0] == "models" && len(parts) > 2:
		return parts[1]
	}
	return ""
}

func (l *looks) lastWrite(modelID string) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last := l.models[join(modelID)]; last.After(l.others) {
		return last
	}
	return l.others
}

// Sharing allows the reads of ctx to be answered with what another read of Sharing has asked for at most maxAge ago, and since this client
// has last written anything of the model. With 0, they accept no earlier answer, and others may accept theirs. It does not change the
// reads of a plan or a refresh, which WithCache allows more.
func (c *Client) Sharing(ctx context.Context, modelID string, maxAge time.Duration) context.Context {
	if readcache.Cached(ctx) {
		return ctx
	}
	return readcache.WithRecent(ctx, readcache.Recent{MaxAge: maxAge, After: c.looks.lastWrite(modelID)})
}
