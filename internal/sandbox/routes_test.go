package sandbox

import (
	"strings"
	"testing"
)

// Every call has an operation for the ledger and rejects keys without its scope first.
//
// CONTRACT.md 8.45
func TestRoutesRequireScope(t *testing.T) {
	t.Parallel()
	open := map[string]bool{"health": true, "register device": true}
	ids := strings.NewReplacer("{", "", "}", "")
	eachDialect(t, func(h *harness) {
		h.AddKey("nothing", "nothing:at_all")
		for _, r := range routes() {
			if r.dialect != "" && r.dialect != h.world.dialect || r.scope == anyKey {
				continue
			}
			path := "/api/v1" + ids.Replace(r.path)
			stranger, limited := h.request("", r.method, path, nil), h.request("nothing", r.method, path, nil)
			if open[r.operation] {
				continue
			}
			if stranger.status != 401 || limited.status != 403 || !strings.Contains(limited.raw, r.scope) {
				h.t.Errorf("%s %s: got %d without a key, %d with a limited one: %s", r.method, r.path, stranger.status, limited.status, limited.raw)
			}
			entries := h.Ledger()
			last := entries[len(entries)-1]
			if r.operation == "" || last.Operation != r.operation || last.Status != 403 {
				h.t.Errorf("%s %s: the ledger has %+v", r.method, r.path, last)
			}
		}
	})
}
