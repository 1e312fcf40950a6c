package resourcekit

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func TestConfiguredHandsOutAClientThatNamesTheType(t *testing.T) {
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
	if resp.Diagnostics.HasError() || diags.HasError() || got != client || !c.Online() {
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
		"block not known yet":          {&Provider{Unknown: "api_key"}, "api_key of the provider block is only known after apply"},
	} {
		c := Configured{}
		resp := &datasource.ConfigureResponse{}
		c.ConfigureDataSource(datasource.ConfigureRequest{ProviderData: tc.data}, resp)
		if resp.Diagnostics.HasError() || c.Online() {
			t.Errorf("%s: configuring alone is no error: %v", name, resp.Diagnostics)
		}
		var diags diag.Diagnostics
		if _, client := c.Client(t.Context(), &diags); client != nil || !diags.HasError() || !strings.Contains(diags[0].Detail(), tc.says) {
			t.Errorf("%s: got %v, %v", name, client, diags)
		}
	}

	c := Configured{}
	resp := &resource.ConfigureResponse{}
	if c.ConfigureResource(resource.ConfigureRequest{ProviderData: "something else"}, resp); !resp.Diagnostics.HasError() {
		t.Error("foreign provider data was accepted")
	}
}
