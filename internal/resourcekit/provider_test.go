package resourcekit

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func TestConfiguredClientSendsTheTypeName(t *testing.T) {
	t.Parallel()
	var agent string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		agent = r.UserAgent()
		_, _ = io.WriteString(w, `{"id":"m"}`)
	}))
	t.Cleanup(server.Close)
	client, err := control.New(control.Config{BaseURL: server.URL, APIKey: "k", UserAgent: "agent"})
	if err != nil {
		t.Fatal(err)
	}
	c := Configured{TypeName: "octomil_device_group"}
	resp := &resource.ConfigureResponse{}
	c.ConfigureResource(resource.ConfigureRequest{ProviderData: &Provider{Client: client}}, resp)
	var diags diag.Diagnostics
	ctx, got := c.Client(t.Context(), &diags)
	if resp.Diagnostics.HasError() || diags.HasError() || got != client || !c.HasClient() {
		t.Fatalf("configured with %v, %v", resp.Diagnostics, diags)
	}
	if _, err := got.Model(ctx, "m"); err != nil || agent != "agent octomil_device_group" {
		t.Errorf("the request came as %q, %v", agent, err)
	}
}

func TestConfiguredWithoutAClient(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		data any
		says string
	}{
		"validation, before Configure": {nil, "before the provider was configured"},
		"block not known yet":          {&Provider{Unknown: "api_key"}, "`api_key` in the provider block is only known after apply"},
	} {
		c := Configured{}
		resp := &datasource.ConfigureResponse{}
		c.ConfigureDataSource(datasource.ConfigureRequest{ProviderData: tc.data}, resp)
		if resp.Diagnostics.HasError() || c.HasClient() {
			t.Errorf("%s: Configure alone adds no error: %v", name, resp.Diagnostics)
		}
		var diags diag.Diagnostics
		if _, client := c.Client(t.Context(), &diags); client != nil || !diags.HasError() || !strings.Contains(diags[0].Detail(), tc.says) {
			t.Errorf("%s: got %v, %v", name, client, diags)
		}
	}

	c := Configured{}
	resp := &resource.ConfigureResponse{}
	if c.ConfigureResource(resource.ConfigureRequest{ProviderData: "something else"}, resp); !resp.Diagnostics.HasError() {
		t.Error("provider data of another type was accepted")
	}
}

// counted is a server without rollouts that counts its requests.
type counted struct{ requests int }

func (s *counted) RoundTrip(*http.Request) (*http.Response, error) {
	s.requests++
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("[]"))}, nil
}

func TestReaderUsesTheCacheAndClientDoesNot(t *testing.T) {
	t.Parallel()
	type way func(*Configured, context.Context, *diag.Diagnostics) (context.Context, *control.Client)
	for name, tc := range map[string]struct {
		way        way
		dataSource bool
		// pause lies between two reads, and want is how many requests they take.
		pause time.Duration
		want  int
	}{
		"a refresh of hours":       {(*Configured).Reader, false, 3 * time.Hour, 1},
		"data sources of a plan":   {(*Configured).Reader, true, dataSourceMaxAge, 1},
		"data sources of an apply": {(*Configured).Reader, true, dataSourceMaxAge + time.Second, 2},
		"reads before a write":     {(*Configured).Client, false, 0, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			server := &counted{}
			client, err := control.New(control.Config{BaseURL: "https://octomil.test/api/v1", Transport: server})
			if err != nil {
				t.Fatal(err)
			}
			var c Configured
			if tc.dataSource {
				c.ConfigureDataSource(datasource.ConfigureRequest{ProviderData: &Provider{Client: client}}, &datasource.ConfigureResponse{})
			} else {
				c.ConfigureResource(resource.ConfigureRequest{ProviderData: &Provider{Client: client}}, &resource.ConfigureResponse{})
			}
			for range 2 {
				ctx, client := tc.way(&c, t.Context(), &diag.Diagnostics{})
				if _, err := client.Rollouts(ctx, "m"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(tc.pause)
			}
			if server.requests != tc.want {
				t.Errorf("%s: %d requests for two reads; want %d", name, server.requests, tc.want)
			}
		})
	}
}
