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

// api is one call's view of the world, in a dialect.
type api struct{ world *world }

// answer is what is sent.
type response struct {
	status int
	body   []byte
}

// answerJSON encodes a body; nil sends none.
func jsonResponse(status int, body any) response {
	if body == nil {
		return response{status: http.StatusNoContent}
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return response{http.StatusInternalServerError, []byte(`{"detail":"the answer cannot be encoded"}`)}
	}
	return response{status, encoded}
}

// answerError encodes a refusal in the envelope of the dialect (the control API contract, section 1).
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

// sdkEnvelope is the one that public SDKs read: a detail, and for the words that they act on the contract's code.
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
	return []map[string]any{{"loc": []string{"body", p.field}, "msg": p.message, "type": "value_error"}}
}

// noSuchRoute is the bare 404 of a server that does not know the call (the control API contract, section 1).
var routeNotFound = response{http.StatusNotFound, []byte(`{"detail":"Not Found"}`)}

var methodNotAllowed = response{http.StatusMethodNotAllowed, []byte(`{"detail":"Method Not Allowed"}`)}

// number writes a percentage as the dialect does: 10 or 10.0.
func (a *api) percentage(value float64) any {
	if a.world.dialect == DialectSDK && value == math.Trunc(value) {
		return json.Number(strconv.FormatFloat(value, 'f', 1, 64))
	}
	return value
}

// rolloutID writes the id of a rollout as the dialect does: a text or an integer.
func (a *api) rolloutID(r *rollout) any {
	if a.world.dialect == DialectSDK {
		return json.Number(r.id)
	}
	return r.id
}

// list is a list that is not paged: an object with the list under its key, or in the other dialect a bare array.
func (a *api) list(key string, items any) any {
	if a.world.dialect == DialectSDK {
		return items
	}
	return map[string]any{key: items}
}

// viewAll shows every item of a list.
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

// pageSize is how many items a list answers at once.
type pageSize struct{ defaultLimit, maxLimit int }

// listPage answers one page of a list, each item as view shows it.
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

// count reads a whole number of the query that is not negative.
func (c *call) queryInt(name string, fallback int) (int, error) {
	written := c.query(name)
	if written == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(written)
	if err != nil || n < 0 {
		return 0, invalid(name, "%s must be a whole number, 0 or more", name)
	}
	return n, nil
}

// stamp writes a time as the API does: RFC 3339, UTC, with fractions of a second; null for none.
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
