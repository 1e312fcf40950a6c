package provider

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// serve starts the provider without any settings of this machine.
func serve(t *testing.T) tfprotov6.ProviderServer {
	t.Helper()
	for _, name := range []string{"OCTOMIL_API_KEY", "OCTOMIL_SERVER_KEY", "OCTOMIL_ORG_ID", "OCTOMIL_API_URL", "OCTOMIL_API_BASE"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", t.TempDir())
	server, err := providerserver.NewProtocol6WithError(New("1.2.3")())()
	if err != nil {
		t.Fatal(err)
	}
	return server
}

type values = map[string]tftypes.Value

func text(value string) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }

// object returns a value of the type of the schema. Attributes without a value are null.
func object(t *testing.T, schema *tfprotov6.Schema, values values) *tfprotov6.DynamicValue {
	t.Helper()
	typ, isObject := schema.ValueType().(tftypes.Object)
	if !isObject {
		t.Fatalf("the schema is a %s", schema.ValueType())
	}
	all := map[string]tftypes.Value{}
	for name, attribute := range typ.AttributeTypes {
		all[name] = tftypes.NewValue(attribute, nil)
	}
	for name, value := range values {
		all[name] = value
	}
	dynamic, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, all))
	if err != nil {
		t.Fatal(err)
	}
	return &dynamic
}

func schemas(t *testing.T, server tfprotov6.ProviderServer) *tfprotov6.GetProviderSchemaResponse {
	t.Helper()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return schemas
}

// configure configures the provider with a provider block.
func configure(t *testing.T, server tfprotov6.ProviderServer, deferral bool, block values) []*tfprotov6.Diagnostic {
	t.Helper()
	resp, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion:   "1.11.4",
		Config:             object(t, schemas(t, server).Provider, block),
		ClientCapabilities: &tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: deferral},
	})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

func readVersions(t *testing.T, server tfprotov6.ProviderServer, deferral bool) *tfprotov6.ReadDataSourceResponse {
	t.Helper()
	const name = "octomil_model_versions"
	resp, err := server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName:           name,
		Config:             object(t, schemas(t, server).DataSourceSchemas[name], values{"model": text("phi-4-mini")}),
		ClientCapabilities: &tfprotov6.ReadDataSourceClientCapabilities{DeferralAllowed: deferral},
	})
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// api records all requests and rejects them.
type api struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
}

func newAPI(t *testing.T) *api {
	t.Helper()
	a := &api{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.requests = append(a.requests, r)
		http.Error(w, `{"error":"unauthorized","message":"No such key"}`, http.StatusUnauthorized)
	}))
	t.Cleanup(a.Close)
	return a
}

func (a *api) seen() []*http.Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requests
}

func TestConfigureSendsNoRequest(t *testing.T) {
	server, api := serve(t), newAPI(t)
	if diags := configure(t, server, false, values{"api_key": text("k"), "org_id": text("demo"), "api_url": text(api.URL)}); len(diags) > 0 {
		t.Fatalf("%+v", diags[0])
	}
	if n := len(api.seen()); n != 0 {
		t.Errorf("configuring sent %d requests", n)
	}
	readVersions(t, server, false)
	if len(api.seen()) == 0 {
		t.Fatal("nothing was sent")
	}
	want := "terraform-provider-octomil/1.2.3 Terraform/1.11.4 octomil_model_versions"
	if first := api.seen()[0]; first.UserAgent() != want || first.Header.Get("Authorization") != "Bearer k" {
		t.Errorf("the first request came as %q with %q", first.UserAgent(), first.Header.Get("Authorization"))
	}
}

func TestConfigureReadsTheEnvironmentAndTheFiles(t *testing.T) {
	server, api := serve(t), newAPI(t)
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(home, ".octomil"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".octomil", "credentials"), []byte(`{"api_key":"from the file"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("OCTOMIL_API_URL", api.URL)
	if diags := configure(t, server, false, nil); len(diags) > 0 {
		t.Fatalf("%+v", diags[0])
	}
	readVersions(t, server, false)
	if seen := api.seen(); len(seen) == 0 || seen[0].Header.Get("Authorization") != "Bearer from the file" {
		t.Errorf("got %d requests", len(seen))
	}
}

func TestConfigureErrorsNameTheAttribute(t *testing.T) {
	noPEM := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(noPEM, []byte("-----BEGIN NONSENSE-----"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		block values
		at    string
		says  string
	}{
		"no key":           {nil, "api_key", "OCTOMIL_API_KEY"},
		"key in two lines": {values{"api_key": text("oct_\nsecret")}, "api_key", "line break"},
		"URL":              {values{"api_key": text("k"), "api_url": text("octomil")}, "api_url", "scheme"},
		"no PEM":           {values{"api_key": text("k"), "ca_certificate_file": text(noPEM)}, "ca_certificate_file", "PEM"},
		"interval":         {values{"api_key": text("k"), "poll_interval": text("0s")}, "poll_interval", "greater than zero"},
	} {
		t.Run(name, func(t *testing.T) {
			diags := configure(t, serve(t), false, tc.block)
			if len(diags) != 1 || diags[0].Severity != tfprotov6.DiagnosticSeverityError {
				t.Fatalf("got %d diagnostics", len(diags))
			}
			if at := tftypes.NewAttributePath().WithAttributeName(tc.at); !diags[0].Attribute.Equal(at) {
				t.Errorf("the error is on %s; want %s", diags[0].Attribute, tc.at)
			}
			if said := diags[0].Summary + "\n" + diags[0].Detail; !strings.Contains(said, tc.says) || strings.Contains(said, "secret") {
				t.Errorf("%q does not say %q, or shows the key", said, tc.says)
			}
		})
	}
}

func TestSchemaValidatesNumbersAndDurations(t *testing.T) {
	server := serve(t)
	number := func(n int) tftypes.Value { return tftypes.NewValue(tftypes.Number, n) }
	bad := values{
		"max_requests_per_minute": number(-1), "max_retries": number(21), "request_timeout": text("soon"), "poll_interval": text("2"),
	}
	for attribute, value := range bad {
		resp, err := server.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{
			Config: object(t, schemas(t, server).Provider, values{attribute: value}),
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(resp.Diagnostics) != 1 || !resp.Diagnostics[0].Attribute.Equal(tftypes.NewAttributePath().WithAttributeName(attribute)) {
			t.Errorf("%s: got %d diagnostics; want one on it", attribute, len(resp.Diagnostics))
		}
	}
	for _, attribute := range schemas(t, server).Provider.Block.Attributes {
		if attribute.Sensitive != (attribute.Name == "api_key") || attribute.Description == "" {
			t.Errorf("%s: sensitive %t, described by %q", attribute.Name, attribute.Sensitive, attribute.Description)
		}
	}
}

func TestSchemaValidatesPositiveDurations(t *testing.T) {
	server := serve(t)
	for _, attribute := range []string{"request_timeout", "poll_interval"} {
		for _, value := range []string{"0s", "-5m", "600"} {
			resp, err := server.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{
				Config: object(t, schemas(t, server).Provider, values{attribute: text(value)}),
			})
			if err != nil {
				t.Fatal(err)
			}
			at := tftypes.NewAttributePath().WithAttributeName(attribute)
			if len(resp.Diagnostics) != 1 || !resp.Diagnostics[0].Attribute.Equal(at) {
				t.Errorf("%s = %q: got %d diagnostics; want one on it", attribute, value, len(resp.Diagnostics))
			}
		}
	}
}

func TestConfigureUnknownSetting(t *testing.T) {
	unknown := values{"api_key": tftypes.NewValue(tftypes.String, tftypes.UnknownValue)}

	// With support for deferral, everything is deferred without diagnostics.
	server := serve(t)
	if diags := configure(t, server, true, unknown); len(diags) > 0 {
		t.Errorf("with deferral: %+v", diags[0])
	}
	resp := readVersions(t, server, true)
	if resp.Deferred == nil || resp.Deferred.Reason != tfprotov6.DeferredReasonProviderConfigUnknown || len(resp.Diagnostics) > 0 {
		t.Errorf("with deferral: deferred %+v, diagnostics %d", resp.Deferred, len(resp.Diagnostics))
	}

	// Otherwise there is a warning, and an error from what needs the API.
	server = serve(t)
	diags := configure(t, server, false, unknown)
	if len(diags) != 1 || diags[0].Severity != tfprotov6.DiagnosticSeverityWarning || !strings.Contains(diags[0].Detail, "api_key") {
		t.Errorf("without deferral: %+v", diags)
	}
	resp = readVersions(t, server, false)
	if len(resp.Diagnostics) != 1 || resp.Diagnostics[0].Severity != tfprotov6.DiagnosticSeverityError ||
		!strings.Contains(resp.Diagnostics[0].Detail, "`api_key` in the provider block is only known after apply") {
		t.Errorf("without deferral: %+v", resp.Diagnostics)
	}
}

func TestConfigureWarnsOfExposedKey(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system has no such permissions")
	}
	server := serve(t)
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(home, ".octomil", "credentials")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(`{"api_key":"oct_8c1f","org_id":"demo"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if diags := configure(t, server, false, nil); len(diags) > 0 {
		t.Errorf("a file of the owner's alone: %+v", diags[0])
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	diags := configure(t, server, false, nil)
	if len(diags) != 1 || diags[0].Severity != tfprotov6.DiagnosticSeverityWarning {
		t.Fatalf("the diagnostics are %+v; want one warning", diags)
	}
	if text := diags[0].Summary + diags[0].Detail; !strings.Contains(text, "chmod 600 "+file) || strings.Contains(text, "oct_8c1f") {
		t.Errorf("the warning says %q", text)
	}
}
