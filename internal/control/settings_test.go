package control

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// CONTRACT.md 6.1, 6.20
func TestSettings(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, ok(`{"auto_rollback_enabled":true,"error_threshold_percent":5,"min_accuracy":null,"min_os_version":{"ios":"17"}}`))
	got, err := c.Settings(t.Context(), "demo/1")
	want := Settings{"auto_rollback_enabled": true, "error_threshold_percent": 5.0, "min_accuracy": nil, "min_os_version": map[string]any{"ios": "17"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if w.calls()[0] != "GET settings/demo%2F1" {
		t.Errorf("asked %q", w.calls())
	}
	for _, body := range []string{`null`, `[]`, `""`} {
		c, _ := scripted(t, ok(body))
		s, err := c.Settings(t.Context(), "demo")
		if _ = asError[*BodyError](t, err); s != nil {
			t.Errorf("%s decodes to %v", body, s)
		}
	}
}

// CONTRACT.md 1.82, 6.1, 6.15
func TestOnlyTheChangesOfSettingsAreWritten(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, answer(204, ""), ok(`{"require_eval":true,"hipaa_mode":true}`))
	got, err := c.UpdateSettings(t.Context(), "demo", nil, Settings{"require_eval": true, "min_accuracy": nil})
	if diff := cmp.Diff(Settings{"require_eval": true, "hipaa_mode": true}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if w.sent[0].method != "PUT" || w.sent[0].body != `{"min_accuracy":null,"require_eval":true}` {
		t.Errorf("sent %s %s", w.sent[0].method, w.sent[0].body)
	}
	c, w = scripted(t, answer(403, `{"detail":"no"}`))
	if _, err := c.UpdateSettings(t.Context(), "demo", nil, Settings{}); !HasStatus(err, 403) || len(w.sent) != 1 {
		t.Errorf("%v after %q", err, w.calls())
	}
}
