package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/octomil/terraform-provider-octomil/internal/control/readcache"
)

// listing names one list call of the API: its path, the key under which an object holds the list, and the page size that the
// contract allows (0 where the list is not paged).
type listing struct {
	operation string
	path      string
	key       string
	pageSize  int
}

// listAll reads every page of a list. A body without the list is an error, not an empty list.
func listAll[T any](ctx context.Context, c *Client, l listing, query url.Values) ([]T, error) {
	all, err := cached(ctx, c, l.path+"?"+query.Encode(), func(ctx context.Context) ([]T, error) {
		return pager[T]{listing: l, query: query}.all(ctx, c)
	})
	return slices.Clone(all), err
}

// pager reads a list page by page. It ends on `total`, on a short page, or when a server that ignores `offset` repeats itself.
type pager[T any] struct {
	listing
	query url.Values

	// read is the number of items so far.
	read int
	// total is the number of items of the whole list, -1 where the server does not say.
	total int
	ended bool
	// first is the first item of the last page.
	first []byte
	// seen has the items of the pages so far, nil where nobody asks whether the list has moved: changed between two pages.
	seen  map[string]bool
	moved bool
}

// next reads one more page.
func (p *pager[T]) next(ctx context.Context, c *Client) ([]T, error) {
	current := page[T]{key: p.key, previous: p.first, before: p.read}
	err := c.call(ctx, request{
		operation: p.operation, method: http.MethodGet, path: p.path, query: p.pageQuery(p.query, p.read),
	}, &current)
	if err != nil {
		return nil, err
	}
	// Where not even the first page was full, an empty one shows only that the total was wrong.
	wrongTotal := len(current.items) == 0 && current.total < p.read && p.read < p.pageSize
	p.moved = p.moved || p.read > 0 && p.total != current.total && !wrongTotal
	p.total = current.total
	if current.repeats {
		p.ended = true
		return nil, nil
	}
	p.read += len(current.items)
	p.first = current.first
	switch {
	case p.pageSize == 0, len(current.items) == 0:
		p.ended = true
	case p.total >= 0:
		p.ended = p.read >= p.total
	default:
		p.ended = len(current.items) < p.pageSize
	}
	p.note(current.raw)
	return current.items, nil
}

// note recognizes a list of several pages that has changed between them: an item comes twice.
func (p *pager[T]) note(items []json.RawMessage) {
	if p.seen == nil || p.ended && len(p.seen) == 0 {
		return // nobody asks, or a single page
	}
	for _, item := range items {
		p.moved = p.moved || p.seen[string(item)]
		p.seen[string(item)] = true
	}
}

// page reads one more page and says how the next one is read. It does not change the pager.
func (p pager[T]) page(ctx context.Context, c *Client) (readcache.Page[T], error) {
	items, err := p.next(ctx, c)
	page := readcache.Page[T]{Items: items, Total: p.total}
	if !p.ended {
		page.Next = func(ctx context.Context) (readcache.Page[T], error) { return p.page(ctx, c) }
	}
	return page, err
}

// maxReadings is how often a list is read that changes between its pages.
const maxReadings = 3

// all reads every page, and the list again where it has changed between two of them: an item that has left moves all later ones
// forward, so that one of them is on no page (CONTRACT.md, section 1).
func (p pager[T]) all(ctx context.Context, c *Client) ([]T, error) {
	for reading := 1; ; reading++ {
		pages := p
		pages.seen = map[string]bool{}
		var all []T
		for !pages.ended {
			items, err := pages.next(ctx, c)
			if err != nil {
				return nil, err
			}
			all = append(all, items...)
		}
		if !pages.moved || reading == maxReadings {
			return all, nil
		}
	}
}

func (l listing) pageQuery(query url.Values, offset int) url.Values {
	paged := url.Values{}
	maps.Copy(paged, query)
	if l.pageSize > 0 {
		paged.Set("limit", strconv.Itoa(l.pageSize))
		paged.Set("offset", strconv.Itoa(offset))
	}
	return paged
}

// page is one response to a list call, in either form: an object with the list under its key, or a bare array (CONTRACT.md, section 1).
type page[T any] struct {
	key string
	// previous is the first item of the page before, nil on the first page; before is the number of items before this page.
	previous []byte
	before   int

	items []T
	// raw are the items as they came.
	raw   []json.RawMessage
	first []byte
	total int // -1 where the server does not say
	// repeats is true when this is the page before again.
	repeats bool
}

func (p *page[T]) UnmarshalJSON(data []byte) error {
	list, total, err := splitList(p.key, data)
	if err != nil {
		return err
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(list, &raw); err != nil || raw == nil {
		return fmt.Errorf("%q is not a list", p.key)
	}
	p.total = total
	if len(raw) == 0 {
		return nil
	}
	p.raw, p.first = raw, raw[0]
	p.repeats = bytes.Equal(p.previous, p.first)
	if p.repeats && p.total > p.before {
		return fmt.Errorf("the list of %d entries repeats after %d", p.total, p.before)
	}
	p.items = make([]T, len(raw))
	for i := range raw {
		if err := decodeValid(raw[i], &p.items[i]); err != nil {
			return fmt.Errorf("entry %d of the list: %w", p.before+i, plainJSON(err))
		}
	}
	return nil
}

// anyListKey is the key of a list on servers that call all lists the same (CONTRACT.md, section 1).
const anyListKey = "items"

// splitList finds the list in a body, and its total, -1 where there is none.
func splitList(key string, data []byte) (list []byte, total int, err error) {
	if bytes.HasPrefix(data, []byte("[")) {
		return data, -1, nil
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, 0, errors.New("neither a list nor an object that contains one")
	}
	list, ok := object[key]
	if !ok {
		list, ok = object[anyListKey]
	}
	if !ok {
		return nil, 0, fmt.Errorf("the response has no %q", key)
	}
	var number flexNumber
	if raw, ok := object["total"]; ok && json.Unmarshal(raw, &number) == nil {
		return list, int(number), nil
	}
	return list, -1, nil
}
