package acctest

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/acctest/inmemory"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// Lag says how far the answers of a server are behind its writes.
type Lag struct {
	// Single is that of reads of one object, List that of lists.
	Single, List time.Duration
}

// StartLagging is StartVirtual for a server that answers reads from replicas, which get each write later. Something new does not exist
// on a replica until then.
func StartLagging(t testing.TB, lag Lag, configure ...func(*sandbox.Options)) *Sandbox {
	t.Helper()
	sb := StartVirtual(t, configure...)
	replicas := []*replica{newReplica(sb.Clock, lag.Single, configure), newReplica(sb.Clock, lag.List, configure)}
	return sb.Through(func(leader http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			if request.Method == http.MethodGet {
				if isList.MatchString(request.URL.Path) {
					return replicas[1].read(request)
				}
				return replicas[0].read(request)
			}
			var body []byte
			if request.Body != nil {
				var err error
				if body, err = io.ReadAll(request.Body); err != nil {
					return nil, err
				}
				request = request.Clone(request.Context())
				request.Body = io.NopCloser(bytes.NewReader(body))
			}
			for _, r := range replicas {
				r.add(request, body)
			}
			response, err := leader.RoundTrip(request)
			if err == nil && response.StatusCode/100 == 3 { // the leader has not executed it
				for _, r := range replicas {
					r.remove(request)
				}
			}
			return response, err
		})
	})
}

// isList matches the paths of lists.
var isList = regexp.MustCompile(`/(models|versions|rollouts|active|device-groups|devices|assignments|groups|api-keys|members|integrations|experiments|federations)$`)

// replica is a sandbox that executes each write some time after the leader. Its clock is behind by as much, so it has the same IDs and
// times.
type replica struct {
	lag    time.Duration
	clock  *Clock
	server *sandbox.Server

	mu     sync.Mutex
	now    time.Time
	writes []delayed
}

// delayed is a request that is executed later.
type delayed struct {
	at      time.Time
	request *http.Request
	body    []byte
}

func newReplica(clock *Clock, lag time.Duration, configure []func(*sandbox.Options)) *replica {
	r := &replica{lag: lag, clock: clock, now: clock.Now()}
	options := sandbox.Options{APIKey: apiKey, OrgID: orgID, SyncInterval: interval, Now: func() time.Time { return r.now }}
	for _, change := range configure {
		change(&options)
	}
	r.server = sandbox.New(options)
	return r
}

func (r *replica) add(request *http.Request, body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writes = append(r.writes, delayed{r.clock.Now(), request, body})
}

func (r *replica) remove(request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writes = slices.DeleteFunc(r.writes, func(w delayed) bool { return w.request == request })
}

// read answers a request as the leader would have done a while ago.
func (r *replica) read(request *http.Request) (*http.Response, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	to := r.clock.Now().Add(-r.lag)
	for len(r.writes) > 0 && !r.writes[0].at.After(to) {
		w := r.writes[0]
		r.writes = r.writes[1:]
		r.now = w.at
		late := w.request.Clone(request.Context())
		late.Body = io.NopCloser(strings.NewReader(string(w.body)))
		if response, err := r.transport().RoundTrip(late); err == nil {
			_ = response.Body.Close()
		}
	}
	if to.After(r.now) {
		r.now = to
	}
	return r.transport().RoundTrip(request)
}

func (r *replica) transport() http.RoundTripper { return inmemory.Transport{Handler: r.server} }

// WithLateDeletes returns the sandbox as a server that answers a deletion with 202 and executes it some time later.
func (s *Sandbox) WithLateDeletes(delay time.Duration) *Sandbox {
	var mu sync.Mutex
	var due []delayed
	return s.Through(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			for len(due) > 0 && !due[0].at.After(s.Clock.Now()) {
				response, err := next.RoundTrip(due[0].request.Clone(request.Context()))
				if err != nil {
					return nil, err
				}
				_ = response.Body.Close()
				due = due[1:]
			}
			if request.Method != http.MethodDelete {
				return next.RoundTrip(request)
			}
			due = append(due, delayed{at: s.Clock.Now().Add(delay), request: request})
			return &http.Response{
				StatusCode: http.StatusAccepted, Header: http.Header{"Content-Type": {"application/json"}},
				Body: io.NopCloser(strings.NewReader("{}")), ContentLength: 2, Request: request, ProtoMajor: 1, ProtoMinor: 1,
			}, nil
		})
	})
}

// WithClockSkew returns the sandbox as a server whose answers carry a Date of another clock.
func (s *Sandbox) WithClockSkew(skew time.Duration) *Sandbox {
	return s.Through(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			response, err := next.RoundTrip(request)
			if err == nil {
				response.Header.Set("Date", s.Clock.Now().Add(skew).UTC().Format(http.TimeFormat))
			}
			return response, err
		})
	})
}
