package sandbox

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// CONTRACT.md 8.43, 8.44
func TestLedger(t *testing.T) {
	t.Parallel()
	w := newHTTPHarness(t)
	w.AddFault(Fault{Path: "models/*/rollouts", Method: "POST", Cut: CutBefore, Execute: true})
	w.AddFault(Fault{Path: "devices", Status: 503})
	for _, r := range [][2]string{
		{"GET", "/v1/models?limit=5"}, {"POST", rolloutsPath}, {"GET", devicesPath}, {"GET", "/api/v1/nothing"}, {"DELETE", modelsPath},
	} {
		body := ""
		if r[0] == "POST" {
			body = createBody
		}
		_, _, _ = w.send(r[0], r[1], body)
	}
	type line struct {
		Operation, Method, Path, Query string
		Status                         int
		Caller                         string
	}
	want := []line{
		{"list models", "GET", "models", "limit=5", 200, "octomil_model_deployment"},
		{"create rollout", "POST", "models/phi-4-mini/rollouts", "", 0, "octomil_model_deployment"},
		{"list devices", "GET", "devices", "", 503, "octomil_model_deployment"},
		{"", "GET", "nothing", "", 404, "octomil_model_deployment"},
		{"", "DELETE", "models", "", 405, "octomil_model_deployment"},
	}
	var got []line
	for i, e := range w.Ledger() {
		got = append(got, line{e.Operation, e.Method, e.Path, e.Query, e.Status, e.Caller})
		if e.At.IsZero() || !strings.HasPrefix(e.RequestID, "req_") {
			t.Errorf("entry %d has no time or id: %+v", i, e)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
	_, body, err := w.send("GET", "/sandbox/ledger", "")
	if err != nil || bytes.Count([]byte(body), []byte(`"request_id"`)) != len(want) {
		t.Errorf("GET /sandbox/ledger: %v %s", err, body)
	}
	_, _, _ = w.send("DELETE", "/sandbox/ledger", "")
	if left := w.Ledger(); len(left) != 0 {
		t.Errorf("after the delete the ledger holds %d entries", len(left))
	}
}
