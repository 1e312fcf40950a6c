package control

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// CONTRACT.md 7.74, 7.87
func TestTestOfAnIntegration(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]IntegrationTest{
		`{"success":true,"message":"sent"}`:            {true, "sent"},
		`{"success":false,"error":"403 from datadog"}`: {false, "403 from datadog"},
		`{"status":"OK"}`:                              {true, ""},
		`{"status":"failed","detail":"no route"}`:      {false, "no route"},
	} {
		c, w := scripted(t, answer(503, ""), ok(body))
		got, err := c.TestIntegration(t.Context(), Metrics, "a/b")
		if diff := cmp.Diff(want, got); diff != "" || err != nil || w.calls()[1] != "POST metrics/integrations/a%2Fb/test" {
			t.Errorf("%s: %v, %v (-want +got):\n%s", body, w.calls(), err, diff)
		}
	}
	for _, body := range []string{`{}`, `[]`, `{"success":null}`, `{"success":"yes"}`, `{"status":"pending"}`} {
		if err := json.Unmarshal([]byte(body), &IntegrationTest{}); err == nil {
			t.Errorf("%s counts as a result", body)
		}
	}
}
