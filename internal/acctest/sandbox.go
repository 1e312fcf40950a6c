package acctest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/octomil/terraform-provider-octomil/internal/provider"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

const (
	apiKey = "sandbox"
	orgID  = "demo"
	// interval is how often the simulated devices sync, and the poll interval of the provider.
	interval = 20 * time.Millisecond
)

// Sandbox is a running control plane.
type Sandbox struct {
	*sandbox.Server
	// URL is the root of the server, such as http://127.0.0.1:40123.
	URL string
	// Clock is the clock of the simulation.
	Clock *Clock
	// Key and Org are what the provider is configured with; "" leaves the organization to the key.
	Key, Org string
	// Serve makes the server of a provider, provider.NewServer unless it is set.
	Serve func(open func() frameworkprovider.Provider) tfprotov6.ProviderServer

	interval time.Duration
	// transport reaches the server without a network, nil over the network.
	transport http.RoundTripper
}

// Start runs a sandbox until the test ends. Each configure may change its options except the API key and the organization, which are
// those that Provider writes: "sandbox" and "demo".
func Start(t testing.TB, configure ...func(*sandbox.Options)) *Sandbox {
	t.Helper()
	isolateCLI(t)
	clock := newClock()
	options := sandbox.Options{APIKey: apiKey, OrgID: orgID, SyncInterval: interval, Now: clock.Now}
	for _, change := range configure {
		change(&options)
	}
	server := sandbox.New(options)
	web := httptest.NewServer(server)
	t.Cleanup(func() {
		web.CloseClientConnections()
		web.Close()
	})
	return &Sandbox{Server: server, URL: web.URL, Clock: clock, Key: apiKey, Org: orgID, interval: options.SyncInterval}
}

// serve starts a provider in the process of the test.
func (s *Sandbox) serve() tfprotov6.ProviderServer {
	open := provider.NewOver("test", s.transport)
	if s.Serve != nil {
		return s.Serve(open)
	}
	return provider.NewServer(open)()
}

// Settle lets all reachable devices sync twice: once to change, and once for what follows from the change.
func (s *Sandbox) Settle() {
	s.Clock.Skip(2 * s.interval)
	s.Advance()
}

// Provider returns the HCL of a provider block for the sandbox, with extra lines in it.
func (s *Sandbox) Provider(extra ...string) string {
	if s.Org != "" {
		extra = append([]string{fmt.Sprintf("org_id                  = %q", s.Org)}, extra...)
	}
	return fmt.Sprintf(`
provider "octomil" {
  api_url                 = %q
  api_key                 = %q
  poll_interval           = %q
  max_requests_per_minute = 0
  %s
}
`, s.URL, s.Key, interval, strings.Join(extra, "\n  "))
}

// org is the organization of the provider block, nil for none.
func (s *Sandbox) org() any {
	if s.Org == "" {
		return nil
	}
	return s.Org
}

// Do sends a request to the control API, as a client other than Terraform would, and returns the decoded body, a bare array under
// the key "items". The path begins with /api/v1 or /sandbox. A status other than 2xx fails the test.
func (s *Sandbox) Do(t testing.TB, method, path string, body any) map[string]any {
	t.Helper()
	status, answer := s.send(t, method, path, body)
	if status < 200 || status > 299 {
		t.Fatalf("%s %s: the sandbox answered %d: %s", method, path, status, answer)
	}
	return decode(t, method+" "+path, answer)
}

// Try is Do for a request that the server may refuse. It returns the status.
func (s *Sandbox) Try(t testing.TB, method, path string, body any) int {
	t.Helper()
	status, _ := s.send(t, method, path, body)
	return status
}

func (s *Sandbox) send(t testing.TB, method, path string, body any) (status int, answer []byte) {
	t.Helper()
	var payload io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			t.Fatalf("%s %s: encoding the body: %v", method, path, err)
		}
		payload = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, payload)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	request.Header.Set("Authorization", "Bearer "+apiKey)
	request.Header.Set("Content-Type", "application/json")
	response, err := (&http.Client{Transport: s.transport}).Do(request)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = response.Body.Close() }()
	if answer, err = io.ReadAll(response.Body); err != nil {
		t.Fatalf("%s %s: reading the answer: %v", method, path, err)
	}
	return response.StatusCode, answer
}

func decode(t testing.TB, what string, answer []byte) map[string]any {
	t.Helper()
	switch {
	case len(answer) == 0:
		return nil
	case answer[0] == '[':
		var items []any
		if err := json.Unmarshal(answer, &items); err != nil {
			t.Fatalf("%s: decoding the answer: %v", what, err)
		}
		return map[string]any{"items": items}
	default:
		var object map[string]any
		if err := json.Unmarshal(answer, &object); err != nil {
			t.Fatalf("%s: decoding the answer: %v", what, err)
		}
		return object
	}
}

// ExpectFleet fails the test unless exactly these versions of the model run, each on this number of devices.
func (s *Sandbox) ExpectFleet(t testing.TB, model string, versions map[string]int) {
	t.Helper()
	if diff := cmp.Diff(versions, s.Fleet(model).Versions); diff != "" {
		t.Errorf("what the devices run of %s (-want +got):\n%s", model, diff)
	}
}

// Writes lists the requests that could change something, as "METHOD operation", in their order. It omits "prepare deployment", a POST
// without a side effect, and requests that this dialect does not have.
func (s *Sandbox) Writes() []string {
	var writes []string
	for _, e := range s.Ledger() {
		if e.Method != http.MethodGet && e.Operation != "" && e.Operation != "prepare deployment" {
			writes = append(writes, e.Method+" "+e.Operation)
		}
	}
	return writes
}

// Await returns once requests of these operations are in the ledger, in this order.
func (s *Sandbox) Await(t testing.TB, operations ...string) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(time.Minute)
	for {
		left := operations
		for _, e := range s.Ledger() {
			if len(left) > 0 && e.Operation == left[0] {
				left = left[1:]
			}
		}
		if len(left) == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("there was no request to %s", left[0])
		}
	}
}

// EachDialect runs a test once for each dialect.
func EachDialect(t *testing.T, run func(t *testing.T, dialect sandbox.Dialect)) {
	t.Helper()
	for _, dialect := range []sandbox.Dialect{sandbox.DialectDocs, sandbox.DialectSDK} {
		t.Run(string(dialect), func(t *testing.T) { run(t, dialect) })
	}
}
