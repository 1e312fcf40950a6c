package fleet

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// sandboxClient returns a client of a sandbox with 5 devices, all of them in the group staging. Paths with an escaped slash get a
// 404 without a route, as on servers that decode a path before they match it.
func sandboxClient(t *testing.T) *control.Client {
	t.Helper()
	server := sandbox.New(sandbox.Options{Devices: 5})
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.EscapedPath(), "%2F") {
			http.Error(w, `{"detail":"Not Found"}`, http.StatusNotFound)
			return
		}
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	client, err := control.New(control.Config{BaseURL: web.URL + "/api/v1", APIKey: "sandbox", OrgID: "demo"})
	if err != nil {
		t.Fatal(err)
	}
	return client
}
