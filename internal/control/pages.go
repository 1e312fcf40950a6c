package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// listing names one list call of the API: its path, the key under which an object holds the list, and the page size that the
// contract allows (0 where the list is not paged).
type listing struct {
	operation string
	path      string
	key       string
	pageSize  int
}

// page is one decoded answer of a list call, in either of its two forms.
type page[T any] struct {
	items []T
	raw   []json.RawMessage
	total int // -1 where the server does not say
}

// listAll reads every page of a list. It ends on `total`, on a short page, or when a server that ignores `offset` repeats
// itself. A body without the list is an error, never an empty list.
func listAll[T any](ctx context.Context, c *Client, l listing, query url.Values) ([]T, error) {
	var all []T
	var previous page[T]
	for {
		current, err := listPage[T](ctx, c, l, query, len(all))
		if err != nil {
			return nil, err
		}
		if len(all) > 0 && repeats(previous.raw, current.raw) {
			return all, nil
		}
		all = append(all, current.items...)
		switch {
		case l.pageSize == 0, len(current.items) == 0:
			return all, nil
		case current.total >= 0 && len(all) >= current.total:
			return all, nil
		case current.total < 0 && len(current.items) < l.pageSize:
			return all, nil
		}
		previous = current
	}
}

func listPage[T any](ctx context.Context, c *Client, l listing, query url.Values, offset int) (page[T], error) {
	paged := url.Values{}
	for name, values := range query {
		paged[name] = slices.Clone(values)
	}
	if l.pageSize > 0 {
		paged.Set("limit", strconv.Itoa(l.pageSize))
		paged.Set("offset", strconv.Itoa(offset))
	}
	body := listBody{key: l.key}
	r := request{operation: l.operation, method: http.MethodGet, path: l.path, query: paged}
	if err := c.call(ctx, r, &body); err != nil {
		return page[T]{}, err
	}
	result := page[T]{raw: body.items, total: body.total, items: make([]T, len(body.items))}
	for i, raw := range body.items {
		if err := json.Unmarshal(raw, &result.items[i]); err != nil {
			return page[T]{}, &BodyError{Operation: l.operation, Excerpt: excerpt(raw, c.apiKey), Err: err}
		}
	}
	return result, nil
}

func repeats(previous, current []json.RawMessage) bool {
	return len(previous) > 0 && len(current) > 0 && bytes.Equal(previous[0], current[0])
}

// listBody decodes a list in both forms: an object with the list under its key, or a bare array (the control API contract,
// section 1).
type listBody struct {
	key   string
	items []json.RawMessage
	total int
}

func (b *listBody) UnmarshalJSON(data []byte) error {
	b.total = -1
	if bytes.HasPrefix(data, []byte("[")) {
		return json.Unmarshal(data, &b.items)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return fmt.Errorf("neither a list nor an object with one: %w", err)
	}
	list, ok := object[b.key]
	if !ok {
		return fmt.Errorf("the answer has no %q", b.key)
	}
	if err := json.Unmarshal(list, &b.items); err != nil {
		return fmt.Errorf("%q is no list: %w", b.key, err)
	}
	var total flexNumber
	if raw, ok := object["total"]; ok && json.Unmarshal(raw, &total) == nil {
		b.total = int(total)
	}
	return nil
}
