//go:build bench

package bench

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// trivialPackage is the package of the trivial provider.
const trivialPackage = "internal/bench/trivial"

// things are resources of the trivial provider, with the server that keeps them.
func things(t *testing.T, n int) scenario {
	t.Helper()
	var mu sync.Mutex
	kept := map[string][]byte{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if req.Method == http.MethodPut {
			kept[req.URL.Path], _ = io.ReadAll(req.Body) // a body that is cut off is no JSON
		}
		_, _ = w.Write(kept[req.URL.Path]) // who has gone needs no answer
	}))
	t.Cleanup(server.Close)
	return scenario{provider: trivialPackage, configuration: fmt.Sprintf(`
provider "octomil" {
  api_url = %q
}

resource "octomil_thing" "this" {
  count       = %d
  name        = "group-${count.index}"
  description = "Devices of wave ${count.index}"
}
`, server.URL, n)}
}
