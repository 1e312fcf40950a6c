package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

// everyCall are all methods of the client that send requests, with arguments that are made up. A new one is covered without a change here.
func everyCall(t *testing.T) map[string]func(ctx context.Context, c *Client) error {
	t.Helper()
	upload := artifact(t, "the weights")
	calls := map[string]func(ctx context.Context, c *Client) error{}
	client := reflect.TypeFor[*Client]()
	for method := range client.Methods() {
		kind := method.Type
		last := kind.NumOut() - 1
		if kind.NumIn() < 2 || kind.In(1) != reflect.TypeFor[context.Context]() || last < 0 || kind.Out(last) != reflect.TypeFor[error]() {
			continue
		}
		calls[method.Name] = func(ctx context.Context, c *Client) error {
			arguments := []reflect.Value{reflect.ValueOf(c), reflect.ValueOf(ctx)}
			for i := 2; i < kind.NumIn(); i++ {
				if kind.In(i) == reflect.TypeFor[Upload]() {
					arguments = append(arguments, reflect.ValueOf(upload))
					continue
				}
				arguments = append(arguments, madeUp(kind.In(i)))
			}
			err, _ := method.Func.Call(arguments)[last].Interface().(error)
			return err
		}
	}
	if len(calls) < 50 {
		t.Fatalf("only %d calls were found", len(calls))
	}
	return calls
}

// madeUp is a value of a type that is not empty.
func madeUp(kind reflect.Type) reflect.Value {
	value := reflect.New(kind).Elem()
	switch kind.Kind() { //nolint:exhaustive // of the kinds that the calls have
	case reflect.String:
		value.SetString("x")
		if kind == reflect.TypeFor[Signal]() {
			value.SetString(string(Metrics))
		}
	case reflect.Int, reflect.Int64:
		value.SetInt(1)
	case reflect.Float64:
		value.SetFloat(1)
	case reflect.Bool:
		value.SetBool(true)
	case reflect.Slice:
		if kind == reflect.TypeFor[json.RawMessage]() {
			value.SetBytes([]byte("{}"))
			break
		}
		value = reflect.Append(value, madeUp(kind.Elem()))
	case reflect.Struct:
		for i := range kind.NumField() {
			if kind.Field(i).IsExported() {
				value.Field(i).Set(madeUp(kind.Field(i).Type))
			}
		}
	case reflect.Pointer:
		value.Set(reflect.New(kind.Elem()))
		value.Elem().Set(madeUp(kind.Elem()))
	case reflect.Func:
		value.Set(reflect.MakeFunc(kind, func([]reflect.Value) []reflect.Value {
			var results []reflect.Value
			for result := range kind.Outs() {
				results = append(results, reflect.Zero(result))
			}
			return results
		}))
	}
	return value
}

// bare is the bare connection of a 101: nothing but Close ends a read.
type bare struct {
	closed chan struct{}
	once   sync.Once
}

func (b *bare) Read([]byte) (int, error) { <-b.closed; return 0, io.EOF }

func (b *bare) Write(p []byte) (int, error) { return len(p), nil }

func (b *bare) Close() error { b.once.Do(func() { close(b.closed) }); return nil }

// switching answers 101 to every request that matches, else as a server with one object would.
func switching(matches func(*http.Request) bool, otherwise http.RoundTripper) reply {
	return reply{do: func(req *http.Request) (*http.Response, error) {
		if matches(req) {
			return &http.Response{StatusCode: http.StatusSwitchingProtocols, Header: http.Header{}, Request: req, Body: &bare{closed: make(chan struct{})}}, nil
		}
		return otherwise.RoundTrip(req)
	}}
}

// No call has an answer below 200, and none waits for the connection that comes with it.
//
// CONTRACT.md 1.84
func TestSwitchedProtocolsEndEveryCall(t *testing.T) {
	t.Parallel()
	for name, call := range everyCall(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, _ := scripted(t, switching(func(*http.Request) bool { return true }, nil))
				begun := time.Now()
				err := call(t.Context(), c)
				if took := time.Since(begun); !errors.Is(err, errNotFinal) || took > time.Minute {
					t.Errorf("after %s: %v", took, err)
				}
			})
		})
	}
}

func TestSwitchedProtocolsOfTheStorage(t *testing.T) {
	t.Parallel()
	u := artifact(t, "the weights")
	synctest.Test(t, func(t *testing.T) {
		d := newUploadServer(t)
		d.puts = []reply{switching(func(*http.Request) bool { return true }, nil)}
		_, err := d.client().UploadVersion(t.Context(), "m", u)
		_ = asError[*StorageError](t, err)
		mustContain(t, fmt.Sprint(err), "storage.test", "status below 200")
	})
}

// However long the server says that its limit lasts, every call has an end, says why it waits, and ends with an interrupt.
//
// CONTRACT.md 1.72, 1.73
func TestEveryCallEndsUnderARateLimit(t *testing.T) {
	t.Parallel()
	headers := map[string]map[string]string{
		"no hint": nil, "seconds": {"Retry-After": "70"}, "days": {"Retry-After": "500000"}, "a date": {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"},
		"a reset": {"RateLimit-Reset": "999999"}, "an instant": {"X-RateLimit-Reset": "99999999999"}, "not a number": {"Retry-After": "NaN"},
	}
	calls := everyCall(t)
	for i, name := range slices.Sorted(maps.Keys(calls)) {
		call := calls[name]
		for hint, header := range headers {
			if hint == "no hint" && i%10 > 0 { // hundreds of requests each
				continue
			}
			t.Run(name+"/"+hint, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					c, w := scripted(t, reply{status: 429, header: header, body: `{"error":"rate_limited","message":"slow down"}`})
					var log bytes.Buffer
					var said []string
					ctx := OnWait(tflogtest.RootLogger(t.Context(), &log), func(text string) { said = append(said, text) })
					begun := time.Now()
					err := call(ctx, c)
					var limit *RateLimitError
					if took := time.Since(begun); !errors.As(err, &limit) || took > longestLimit+time.Minute {
						t.Fatalf("after %s: %v", took, err)
					}
					mustContain(t, err.Error(), "429", "slow down")
					if waits := strings.Contains(log.String(), "Waiting for the rate limit"); hint == "seconds" && (!waits || len(said) == 0) {
						t.Errorf("nothing says why it waits: %s", log.String())
					}
					// What follows is told at once.
					sent := len(w.sent)
					begun = time.Now()
					if err := call(t.Context(), c); !errors.As(err, &limit) || time.Since(begun) > time.Minute || len(w.sent) > sent+1 {
						t.Errorf("the next call ended after %s and %d requests: %v", time.Since(begun), len(w.sent)-sent, err)
					}
				})
				synctest.Test(t, func(t *testing.T) {
					c, _ := scripted(t, reply{status: 429, header: header})
					ctx, cancel := context.WithCancel(t.Context())
					time.AfterFunc(20*time.Second, cancel)
					begun := time.Now()
					if err := call(ctx, c); err == nil || time.Since(begun) > 31*time.Second { // a cleanup may take 10 s
						t.Errorf("an interrupt after 20 s ended it after %s: %v", time.Since(begun), err)
					}
				})
			})
		}
	}
}

// A limit that ends in time is nothing to report.
func TestARateLimitThatEndsAndComesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limited := reply{status: 429, header: map[string]string{"Retry-After": "600"}}
		c, _ := scripted(t, limited, ok(`{"id":"m"}`), limited, ok(`{"id":"m"}`), limited, ok(`{"id":"m"}`))
		for range 3 {
			if _, err := c.Model(t.Context(), "m"); err != nil {
				t.Fatal(err)
			}
			time.Sleep(30 * time.Minute)
		}
	})
}

// endless are servers whose lists have no end. items makes up to n entries from the offset on.
var endless = map[string]func(offset, limit int, items func(from, n int) string) (list string, total any){
	"a total that grows": func(offset, limit int, items func(int, int) string) (string, any) {
		return items(offset, limit), offset + 2*limit
	},
	"a total that grows by one": func(offset, limit int, items func(int, int) string) (string, any) {
		return items(offset, 1), offset + 2
	},
	"a total of 10^9": func(offset, limit int, items func(int, int) string) (string, any) {
		return items(offset, limit), 1_000_000_000
	},
	"a total of 10^9, one by one": func(offset, _ int, items func(int, int) string) (string, any) { return items(offset, 1), 1_000_000_000 },
	"a total of 10^6, one by one": func(offset, _ int, items func(int, int) string) (string, any) { return items(offset, 1), 1_000_000 },
	"no total":                    func(offset, limit int, items func(int, int) string) (string, any) { return items(offset, limit), nil },
	"pages that alternate": func(offset, limit int, items func(int, int) string) (string, any) {
		return items(offset/limit%2*limit, limit), 100_000
	},
	"pages that rotate": func(offset, limit int, items func(int, int) string) (string, any) {
		return items(offset/limit%7*limit, limit), 100_000
	},
	"one entry for ever":    func(_, _ int, items func(int, int) string) (string, any) { return items(0, 1), 100_000 },
	"two entries that swap": func(offset, _ int, items func(int, int) string) (string, any) { return items(offset%2, 1), 100_000 },
	"a total that grows, pages that alternate": func(offset, limit int, items func(int, int) string) (string, any) {
		return items(offset/limit%2*limit, limit), offset + 2*limit
	},
}

// large are those of which a thousand pages are read. One list is enough for them.
var large = []string{"a total that grows", "no total", "a total that grows by one", "a total of 10^6, one by one"}

// Every paged list ends, with an error that says so, after a bounded number of requests; also where it is read for the cache.
//
// CONTRACT.md 1.26
func TestEveryEndlessListEnds(t *testing.T) {
	t.Parallel()
	paged := 0
	for _, operation := range slices.Sorted(maps.Keys(listCalls())) {
		list := listCalls()[operation]
		probe, w := scripted(t, ok("[]"))
		if _, err := list.ids(t.Context(), probe); err != nil {
			t.Fatal(err)
		}
		limit, _ := strconv.Atoi(w.sent[len(w.sent)-1].query.Get("limit"))
		if limit == 0 {
			continue // one answer is all of it
		}
		paged++
		for name, server := range endless {
			for _, asArray := range []bool{false, true} {
				if asArray && name != "no total" || operation != "list the models" && slices.Contains(large, name) {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s/%t", operation, name, asArray), func(t *testing.T) {
					t.Parallel()
					items := func(from, n int) string {
						entries := make([]string, min(n, limit))
						for i := range entries {
							entries[i] = list.item(from + i)
						}
						return "[" + strings.Join(entries, ",") + "]"
					}
					c, w := scripted(t, reply{do: func(req *http.Request) (*http.Response, error) {
						offset, _ := strconv.Atoi(req.URL.Query().Get("offset"))
						entries, total := server(offset, limit, items)
						body := entries
						if !asArray {
							encoded, _ := json.Marshal(total)
							body = fmt.Sprintf(`{%q:%s,"total":%s}`, list.key, entries, encoded)
						}
						return (&wire{replies: []reply{ok(body)}}).RoundTrip(req)
					}})
					got, err := list.ids(t.Context(), c)
					var noEnd *EndlessListError
					var repeats *BodyError
					if !errors.As(err, &noEnd) && !errors.As(err, &repeats) || got != nil {
						t.Fatalf("%d entries, %v", len(got), err)
					}
					mustContain(t, err.Error(), "could not "+operation)
					if len(w.sent) > maxReadings*maxPages {
						t.Errorf("%d requests were sent", len(w.sent))
					}
				})
			}
		}
	}
	if paged < 5 {
		t.Errorf("only %d lists have pages", paged)
	}
}

// A refresh of many objects reads the list, and falls back on single reads where that has no end.
//
// CONTRACT.md 1.26
func TestTheCacheEndsAnEndlessList(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, reply{do: func(req *http.Request) (*http.Response, error) {
		body := fmt.Sprintf(`{"id":%q,"name":"n"}`, req.URL.Path[strings.LastIndexByte(req.URL.Path, '/')+1:])
		if strings.HasSuffix(req.URL.Path, "/models") {
			offset := req.URL.Query().Get("offset")
			body = fmt.Sprintf(`{"models":[{"id":"other-%s","name":"n"}],"total":50000}`, offset)
		}
		return (&wire{replies: []reply{ok(body)}}).RoundTrip(req)
	}})
	ctx := WithCache(t.Context(), 0)
	for i := range 2000 {
		id := fmt.Sprintf("m%d", i)
		if m, err := c.Model(ctx, id); err != nil || m.ID != id {
			t.Fatalf("%s: %+v, %v", id, m, err)
		}
	}
	if len(w.sent) > 2000+maxPages {
		t.Errorf("%d requests were sent", len(w.sent))
	}
}
