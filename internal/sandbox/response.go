package sandbox

import (
	"encoding/json"
	"errors"
	"iter"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// api executes calls on the world in its dialect.
type api struct{ world *world }

// response is an HTTP response. Status 0 means that the client disconnected.
type response struct {
	status int
	body   []byte
}

// jsonResponse encodes a body. A nil body means status 204.
func jsonResponse(status int, body any) response {
	if body == nil {
		return response{status: http.StatusNoContent}
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return response{http.StatusInternalServerError, []byte(`{"detail":"the response cannot be encoded"}`)}
	}
	return response{status, encoded}
}

// errorResponse encodes an error in the envelope of the dialect (CONTRACT.md, section 1).
func errorResponse(dialect Dialect, requestID string, err error) response {
	var p *apiError
	if !errors.As(err, &p) {
		p = &apiError{status: http.StatusInternalServerError, code: "internal_error", message: err.Error()}
	}
	if dialect == DialectSDK {
		return jsonResponse(p.status, sdkEnvelope(p, requestID))
	}
	envelope := map[string]any{"error": p.code, "message": p.message, "status_code": p.status}
	if p.field != "" {
		envelope["detail"] = fieldDetail(p)
	}
	return jsonResponse(p.status, envelope)
}

// sdkEnvelope returns the envelope that public SDKs read: a detail, and a code if they act on it.
func sdkEnvelope(p *apiError, requestID string) any {
	switch {
	case p.field != "":
		return map[string]any{"detail": fieldDetail(p)}
	case p.code == "policy_denied":
		return map[string]any{
			"code": p.code, "message": p.message, "request_id": requestID, "retryable": false, "category": "policy",
		}
	default:
		return map[string]any{"detail": p.message}
	}
}

func fieldDetail(p *apiError) []map[string]any {
	place := "body"
	if p.inQuery {
		place = "query"
	}
	return []map[string]any{{"loc": []string{place, p.field}, "msg": p.message, "type": "value_error"}}
}

// routeNotFound is the bare 404 of a server that does not have the call (CONTRACT.md, section 1).
var routeNotFound = response{http.StatusNotFound, []byte(`{"detail":"Not Found"}`)}

var methodNotAllowed = response{http.StatusMethodNotAllowed, []byte(`{"detail":"Method Not Allowed"}`)}

// percentage encodes a percentage as the dialect does: 10 or 10.0.
func (a *api) percentage(value float64) any {
	if a.world.dialect == DialectSDK && value == math.Trunc(value) {
		return json.Number(strconv.FormatFloat(value, 'f', 1, 64))
	}
	return value
}

// rolloutID encodes a rollout ID as the dialect does: a string or an integer.
func (a *api) rolloutID(r *rollout) any {
	if a.world.dialect == DialectSDK {
		return json.Number(r.id)
	}
	return r.id
}

// list returns a list without pages: a bare array, as all SDKs read it, or an object with the list under its key.
func (a *api) list(key string, items any) any {
	if a.world.has(WrappedLists) {
		return map[string]any{key: items}
	}
	return items
}

// mapSlice converts every item of a list.
func mapSlice[T, V any](all []T, view func(T) V) []V {
	views := make([]V, len(all))
	for i, item := range all {
		views[i] = view(item)
	}
	return views
}

// filter selects items of a list, given as slices.All(list) or slices.Backward(list).
func filter[T any](list iter.Seq2[int, T], keep func(T) bool) []T {
	var kept []T
	for _, item := range list {
		if keep(item) {
			kept = append(kept, item)
		}
	}
	return kept
}

// pageSize is the number of items on a page by default and at most.
type pageSize struct{ defaultLimit, maxLimit int }

// listPage returns one page of a list, each item converted by view.
func listPage[T, V any](c *call, key string, all []T, size pageSize, view func(T) V) (map[string]any, error) {
	limit, err := c.queryInt("limit", size.defaultLimit)
	if err != nil {
		return nil, err
	}
	offset, err := c.queryInt("offset", 0)
	if err != nil {
		return nil, err
	}
	limit = min(limit, size.maxLimit)
	begin := min(offset, len(all))
	page := all[begin:min(begin+limit, len(all))]
	return map[string]any{key: mapSlice(page, view), "total": len(all), "limit": limit, "offset": offset}, nil
}

// listPageOrArray is listPage for a list that the SDK dialect returns as a bare array.
func listPageOrArray[T, V any](a *api, c *call, key string, all []T, size pageSize, view func(T) V) (any, error) {
	page, err := listPage(c, key, all, size, view)
	if err != nil || a.world.dialect == DialectDocs {
		return page, err
	}
	return page[key], nil
}

// queryInt reads a non-negative integer from the query.
func (c *call) queryInt(name string, fallback int) (int, error) {
	written := c.query(name)
	if written == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(written)
	if err != nil || n < 0 {
		return 0, invalid(name, "%s must be a non-negative integer", name)
	}
	return n, nil
}

// timestamp encodes a time as the API does: RFC 3339 in UTC with microseconds, or null for the zero time.
func timestamp(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	written := t.UTC().Format("2006-01-02T15:04:05.000000Z07:00")
	return &written
}

func nullIfEmpty(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

func valueOr[T any](value *T, fallback T) T {
	if value == nil {
		return fallback
	}
	return *value
}

func stringValue(value *string) string { return valueOr(value, "") }

func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return slices.Clone(list)
}
