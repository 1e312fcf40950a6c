package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
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

// What bounds one reading of a list (CONTRACT.md 1.26).
const (
	// maxPages and maxEntries are the most pages and entries that are read.
	maxPages   = 1000
	maxEntries = 1_000_000
	// maxListBytes is the most that all pages may hold, in bytes.
	maxListBytes = 512 << 20
)

// EndlessListError means that a list has more pages or entries than any organization has, or that its pages repeat.
type EndlessListError struct {
	Operation string
	// Why says what was read, and which bound that exceeds.
	Why string
}

func (e *EndlessListError) Error() string {
	return fmt.Sprintf("could not %s: the server's list has no end: %s", e.Operation, e.Why)
}

// pager reads a list page by page. It ends on `total`, on a short page, or when a server that ignores `offset` repeats itself.
type pager[T any] struct {
	listing
	query url.Values

	// read is the number of items so far, pages and bytes in how many pages and bytes.
	read, pages, bytes int
	// total is the number of items of the whole list, -1 where the server does not say.
	total int
	ended bool
	// first is the first item of the last page.
	first []byte
	// seen has the hashes of the items of the pages so far.
	seen map[uint64]bool
	// moved is true of a list that has changed between two pages, repeated of one that has ended with a page of items that other
	// pages had, although its total promises more.
	moved, repeated bool
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
	p.pages++
	p.bytes += current.bytes
	p.first = current.first
	switch {
	case p.pageSize == 0, len(current.items) == 0:
		p.ended = true
	case p.total >= 0:
		p.ended = p.read >= p.total
	default:
		p.ended = len(current.items) < p.pageSize
	}
	if !p.note(current.raw) {
		p.read -= len(current.items)
		p.repeated = p.total > p.read
		p.moved, p.ended = true, true
		return nil, nil
	}
	return current.items, p.checkBounds()
}

// note remembers the items of a page. It recognizes a list of several pages that has changed between them, as an item comes twice.
// It is false of a page that has nothing new.
func (p *pager[T]) note(items []json.RawMessage) (isNew bool) {
	if len(items) == 0 || p.ended && p.pages == 1 {
		return true
	}
	if p.seen == nil {
		p.seen = make(map[uint64]bool, len(items))
	}
	for _, item := range items {
		hash := maphash.Bytes(itemSeed, item)
		p.moved = p.moved || p.seen[hash]
		isNew = isNew || !p.seen[hash]
		p.seen[hash] = true
	}
	return isNew
}

var itemSeed = maphash.MakeSeed()

// checkBounds fails where a list is not at its end, and this reading is.
func (p *pager[T]) checkBounds() error {
	var why string
	switch {
	case p.ended:
		return nil
	case p.total > maxEntries:
		why = fmt.Sprintf("it promises %d entries, and at most %d are read", p.total, maxEntries)
	case p.read > maxEntries:
		why = fmt.Sprintf("it goes on after %d entries, and at most %d are read", p.read, maxEntries)
	case p.pages >= maxPages:
		why = fmt.Sprintf("it goes on after %d pages with %d entries, and at most %d pages are read", p.pages, p.read, maxPages)
	case p.bytes > maxListBytes:
		why = fmt.Sprintf("it goes on after %d MiB, and at most %d are read", p.bytes>>20, maxListBytes>>20)
	default:
		return nil
	}
	return &EndlessListError{Operation: p.operation, Why: why}
}

// checkRepeated fails where a list has ended with a page that repeats others, although its total promises more.
func (p *pager[T]) checkRepeated() error {
	if !p.repeated {
		return nil
	}
	return &EndlessListError{Operation: p.operation, Why: fmt.Sprintf("it promises %d entries, and repeats itself after %d", p.total, p.read)}
}

// page reads one more page and says how the next one is read. It does not change the pager, except for what it has seen.
func (p pager[T]) page(ctx context.Context, c *Client) (readcache.Page[T], error) {
	items, err := p.next(ctx, c)
	if err == nil {
		err = p.checkRepeated()
	}
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
		var all []T
		for !pages.ended {
			items, err := pages.next(ctx, c)
			if err != nil {
				return nil, err
			}
			all = append(all, items...)
		}
		if !pages.moved || reading == maxReadings {
			if err := pages.checkRepeated(); err != nil {
				return nil, err
			}
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
	// bytes is the length of the body.
	bytes int
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
	p.total, p.bytes = total, len(data)
	if len(raw) > maxEntries {
		return fmt.Errorf("a list of %d entries, and at most %d are read", len(raw), maxEntries)
	}
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
		if known := count(&number); known != nil {
			return list, *known, nil
		}
	}
	return list, -1, nil
}
