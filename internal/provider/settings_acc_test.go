package provider_test

import (
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// An invalid provider block is one error that names the setting, and changes neither the state nor the fleet.
//
//nolint:tparallel // the subtests follow one another on one state file
func TestAccProvider_unusableSettings(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	const deployment = `
resource "octomil_model_deployment" "phi" {
  model   = "phi-4-mini"
  version = "1.0.0"
}
`
	cli := acctest.NewCLI(t, sb.Provider()+deployment)
	cli.Env = []string{"HOME=" + t.TempDir(), "OCTOMIL_API_KEY=", "OCTOMIL_SERVER_KEY=", "OCTOMIL_API_URL=", "OCTOMIL_API_BASE=", "OCTOMIL_ORG_ID="}
	if r := cli.Run(t, "apply", "-auto-approve"); r.Code != 0 {
		t.Fatalf("the first apply failed:\n%s", r.Output)
	}
	stateFile := filepath.Join(cli.Dir, "terraform.tfstate")
	before := read(t, stateFile)
	sb.ClearLedger()

	block := func(from, to string) string {
		changed := strings.Replace(sb.Provider("max_retries = 0"), from, to, 1)
		if changed == sb.Provider("max_retries = 0") {
			t.Fatalf("the provider block has no %q", from)
		}
		return changed
	}
	for name, c := range map[string]struct {
		block string
		want  []string
	}{
		"no key": {block(`"sandbox"`, "null"), []string{"Missing API key", "api_key", "OCTOMIL_API_KEY", "octomil login"}},
		"a URL without a scheme": {
			block(sb.URL, strings.TrimPrefix(sb.URL, "http://")), []string{"Invalid API URL", "not a URL with a scheme", "api_url"},
		},
		"http to another machine": {
			block(sb.URL, "http://control.example.com"), []string{"Invalid API URL", "clear text", "allow_insecure_http"},
		},
		"a server that is down": {block(sb.URL, "http://"+closedAddress(t)), []string{"Could not read the deployment", "refused", "is reachable", "api_url"}},
		"a number below zero":   {block("max_requests_per_minute = 0", "max_requests_per_minute = -1"), []string{"max_requests_per_minute", "at least 0"}},
		"no time for a request": {block("max_retries = 0", `request_timeout = "0s"`), []string{"Invalid duration", "request_timeout"}},
	} {
		t.Run(name, func(t *testing.T) {
			cli.Configure(t, c.block+strings.Replace(deployment, "1.0.0", "2.0.0", 1))
			r := cli.Run(t, "apply", "-auto-approve")
			words := strings.Join(strings.Fields(strings.ReplaceAll(r.Output, "│", " ")), " ")
			if r.Code == 0 {
				t.Errorf("no error:\n%s", r.Output)
			}
			for _, want := range c.want {
				if !strings.Contains(words, want) {
					t.Errorf("the error does not say %q:\n%s", want, r.Output)
				}
			}
			if n := strings.Count(r.Output, "Error: "); n != 1 {
				t.Errorf("there are %d errors; want 1:\n%s", n, r.Output)
			}
			if after := read(t, stateFile); after != before {
				t.Errorf("the state has changed:\n%s", after)
			}
		})
	}
	if requests := sb.Ledger(); len(requests) != 0 {
		t.Errorf("the server was asked: %v", requests)
	}
	sb.ExpectFleet(t, "phi-4-mini", map[string]int{"1.0.0": 124})
}

// closedAddress returns a local address at which nothing listens.
func closedAddress(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}
