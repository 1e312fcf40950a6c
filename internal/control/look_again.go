package control

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// After a write of its own
//
// A server may answer a read from a copy that has not got the client's last write yet (CONTRACT.md, section 1). What contradicts
// that write is therefore no news until SettleTime has passed: the client looks again. An answer that agrees costs no further
// request. The mechanism has three users:
//
//   - call, for what one request shows: a 404 of something that this client has just created, and a conflict with something that it
//     has just deleted;
//   - LookAgain, for what only the caller can tell, such as another value than the one that was written;
//   - WithinSettleTime, for a later run of Terraform, which knows from private state when it has written.

const (
	// SettleTime is how long after a write an answer that contradicts it counts as stale.
	SettleTime = 15 * time.Second
	// firstLook and longestLook bound the pause between two looks, which doubles.
	firstLook   = 500 * time.Millisecond
	longestLook = 4 * time.Second
)

// LookAgain reads until the answer agrees with what was written, and for no longer than SettleTime. It returns the last answer,
// whatever that is. The first read is immediate, and the only one where its answer agrees.
func LookAgain[T any](ctx context.Context, read func(context.Context) (T, error), agrees func(T, error) bool) (T, error) {
	return lookUntil(ctx, time.Now().Add(SettleTime), read, agrees)
}

// WithinSettleTime is LookAgain for a write that was made at a time that may be past. Where it is, or lies in the future because
// the clock was changed, the first answer counts.
func WithinSettleTime[T any](ctx context.Context, written time.Time, read func(context.Context) (T, error), agrees func(T, error) bool) (T, error) {
	first, err := read(ctx)
	since := time.Since(written)
	if since < 0 || since > SettleTime || agrees(first, err) {
		return first, err
	}
	if sleep(ctx, firstLook) != nil {
		return first, err
	}
	return lookUntil(ctx, written.Add(SettleTime), read, agrees)
}

func lookUntil[T any](ctx context.Context, end time.Time, read func(context.Context) (T, error), agrees func(T, error) bool) (T, error) {
	ctx = WithoutCache(ctx)
	for pause := firstLook; ; pause = min(2*pause, longestLook) {
		answer, err := read(ctx)
		if agrees(answer, err) || ctx.Err() != nil || !time.Now().Before(end) {
			return answer, err
		}
		if sleep(ctx, min(pause, max(time.Until(end), 0))) != nil {
			return answer, err
		}
	}
}

// recentWrites is what a client has created and deleted within the last SettleTime.
type recentWrites struct {
	mu sync.Mutex
	// created has the IDs that responses to creations named, as parts of a path; deletedIn the paths that something was deleted
	// below, deleted the paths of those objects themselves.
	created, deletedIn, deleted map[string]time.Time
}

func newRecentWrites() *recentWrites {
	return &recentWrites{created: map[string]time.Time{}, deletedIn: map[string]time.Time{}, deleted: map[string]time.Time{}}
}

// add records a write that the server has accepted with this body.
func (w *recentWrites) add(r request, body []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	switch r.method {
	case http.MethodPost:
		for _, id := range idsIn(r.collection(), body) {
			part := join(id)
			w.created[part] = now
			for path := range w.deleted {
				if strings.HasSuffix(path, "/"+part) {
					delete(w.deleted, path)
				}
			}
		}
	case http.MethodDelete:
		slash := strings.LastIndexByte(r.path, '/')
		delete(w.created, r.path[slash+1:])
		w.deleted[r.path] = now
		w.deletedIn[r.path[:max(slash, 0)]] = now
	}
}

// idsIn are the texts of a response to a creation that later paths may name the object by.
func idsIn(path string, body []byte) []string {
	var wire struct {
		ID        flexText `json:"id"`
		RolloutID flexText `json:"rollout_id"`
		ModelID   flexText `json:"model_id"`
		UserID    flexText `json:"user_id"`
		Version   flexText `json:"version"`
	}
	if json.Unmarshal(body, &wire) != nil {
		return nil
	}
	if path != "models" {
		wire.ModelID = "" // that of an older object
	}
	if !strings.Contains(path, "/versions") {
		wire.Version = ""
	}
	return slices.DeleteFunc([]string{
		string(wire.ID), string(wire.RolloutID), string(wire.ModelID), string(wire.UserID), string(wire.Version),
	}, func(id string) bool { return id == "" })
}

func within(writes map[string]time.Time, key string) bool {
	at, ok := writes[key]
	if ok && time.Since(at) >= SettleTime {
		delete(writes, key)
		return false
	}
	return ok
}

// isNew is true of a path through an object that was just created.
func (w *recentWrites) isNew(path string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool { return within(w.created, part) })
}

// makesRoom is true of a path below which something was just deleted.
func (w *recentWrites) makesRoom(path string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return within(w.deletedIn, path)
}

// isDeleted is true of the path of an object that was just deleted.
func (w *recentWrites) isDeleted(path string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return within(w.deleted, path)
}

// contradicts is true of an answer that cannot be, given what this client has just written: something new does not exist, or
// something that was deleted is in the way.
func (c *Client) contradicts(r request, err error) bool {
	switch {
	case NotFound(err):
		return c.recent.isNew(r.path)
	case !HasStatus(err, http.StatusConflict) || PolicyDenied(err):
	case r.method == http.MethodPost:
		return c.recent.makesRoom(r.collection())
	case r.method == http.MethodPut || r.method == http.MethodPatch: // the new name of another object
		return c.recent.makesRoom(r.path[:max(strings.LastIndexByte(r.path, '/'), 0)])
	}
	return false
}

// readNew reads something that only a list shows, and looks again where the list lacks what this client has just created.
func readNew[T any](ctx context.Context, c *Client, id string, read func(context.Context) (T, error)) (T, error) {
	first, err := read(ctx)
	if !NotFound(err) || !c.recent.isNew(join(id)) {
		return first, err
	}
	return LookAgain(ctx, read, func(_ T, err error) bool { return !NotFound(err) })
}

// readDeleted reads an object until it is gone, if this client has just deleted it.
func readDeleted[T any](ctx context.Context, c *Client, path string, read func(context.Context) (T, error)) (T, error) {
	first, err := read(ctx)
	if err != nil || !c.recent.isDeleted(path) {
		return first, err
	}
	return LookAgain(ctx, read, func(_ T, err error) bool { return err != nil })
}
