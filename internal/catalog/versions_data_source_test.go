package catalog

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

const (
	noModels  = `{"models":[],"total":0}`
	oneModel  = `{"models":[{"id":"m1","name":"phi-4-mini"}],"total":1}`
	goneModel = `{"error":"not_found","message":"no such model","status_code":404}`
)

// answers are the responses to each path, in order; the last one is repeated.
type answers map[string][]answer

type answer struct {
	status int
	body   string
}

func (a answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	due, ok := a[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if len(due) > 1 {
		a[r.URL.Path] = due[1:]
	}
	w.Header().Set("X-Request-Id", "req-7")
	w.WriteHeader(due[0].status)
	_, _ = fmt.Fprint(w, due[0].body)
}

// readVersions reads the data source for the model "phi" from a server with these answers.
func readVersions(t *testing.T, server answers) diag.Diagnostics {
	t.Helper()
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	client, err := control.New(control.Config{BaseURL: listening.URL + "/api/v1", APIKey: "key"})
	if err != nil {
		t.Fatal(err)
	}
	source := &versionsDataSource{}
	source.Provider = &resourcekit.Provider{Client: client}
	var schema datasource.SchemaResponse
	source.Schema(t.Context(), datasource.SchemaRequest{}, &schema)
	kind := schema.Schema.Type().TerraformType(t.Context())
	empty := tfsdk.State{Schema: schema.Schema, Raw: tftypes.NewValue(kind, nil)}
	config := empty
	if diags := config.SetAttribute(t.Context(), path.Root("model"), "phi"); diags.HasError() {
		t.Fatal(diags)
	}
	resp := datasource.ReadResponse{State: empty}
	source.Read(t.Context(), datasource.ReadRequest{Config: tfsdk.Config(config)}, &resp)
	return resp.Diagnostics
}

func TestVersionsDataSourceErrors(t *testing.T) {
	t.Parallel()
	unknown := []answer{{http.StatusNotFound, goneModel}}
	for name, c := range map[string]struct {
		server answers
		at     path.Path
		says   []string
		not    string
	}{
		"an unknown model among others": {
			answers{"/api/v1/models": {{200, oneModel}}, "/api/v1/models/phi/versions": unknown},
			path.Root("model"), []string{`There is no model "phi"`, "no such model", "req-7", "Closest matches: `phi-4-mini`."}, "no models",
		},
		"an organization without models": {
			answers{"/api/v1/models": {{200, noModels}}, "/api/v1/models/phi/versions": unknown},
			path.Root("model"), []string{`There is no model "phi"`, "There are no models yet."}, "Closest",
		},
		"models that cannot be listed": {
			answers{"/api/v1/models": {{403, `{"detail":"scope models:read is missing"}`}}},
			path.Root("model"), []string{`Could not find the model "phi"`, "scope models:read is missing", "req-7"}, "There is no model",
		},
		"a server without versions": {
			answers{"/api/v1/models": {{200, oneModel}}},
			path.Empty(), []string{"Could not list the versions", "does not support"}, "There is no model",
		},
		"rollouts that are refused": {
			answers{
				"/api/v1/models": {{200, oneModel}}, "/api/v1/models/phi/versions": {{200, `{"versions":[]}`}},
				"/api/v1/models/phi/rollouts": {{403, `{"detail":"scope rollouts:read is missing"}`}},
			},
			path.Empty(), []string{"Could not list the rollouts", "scope rollouts:read is missing"}, "There is no model",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			diags := readVersions(t, c.server)
			if len(diags) != 1 || !diags.HasError() {
				t.Fatalf("got %v; want one error", diags)
			}
			at := path.Empty()
			if on, ok := diags[0].(diag.DiagnosticWithPath); ok {
				at = on.Path()
			}
			if !at.Equal(c.at) {
				t.Errorf("the error is on %q; want %q", at, c.at)
			}
			text := diags[0].Summary() + "\n" + diags[0].Detail()
			for _, part := range c.says {
				if !strings.Contains(text, part) {
					t.Errorf("the error does not contain %q:\n%s", part, text)
				}
			}
			if strings.Contains(text, c.not) {
				t.Errorf("the error contains %q:\n%s", c.not, text)
			}
		})
	}
}
