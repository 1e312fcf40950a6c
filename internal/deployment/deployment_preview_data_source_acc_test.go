package deployment_test

import (
	"maps"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// previews asks for a preview and expects some attributes of it.
func (h *harness) previews(config, want map[string]any) {
	h.Helper()
	h.sb.ExpectData(h, "octomil_deployment_preview", config, want)
}

// warning is the only warning of a preview.
func (h *harness) warning(config map[string]any) string {
	h.Helper()
	got, said := h.sb.ReadData(h, "octomil_deployment_preview", config)
	list, _ := got["warnings"].([]any)
	if said.Failed() || len(list) != 1 {
		h.Fatalf("the preview of %v warns %v: %v", config, list, said.Errors)
	}
	text, _ := list[0].(string)
	return text
}

// operates is what a preview says of an operation on the fleet, with some attributes more, or others.
func operates(kind string, devices float64, more map[string]any) map[string]any {
	want := map[string]any{"operation": kind, "devices": devices, "devices_total": 124.0, "cancels": nil, "warnings": []any{}}
	maps.Copy(want, more)
	return want
}

// CONTRACT.md 4.5
func TestAccDeploymentPreviewDataSource_fleet(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		h := onSandbox(t, sb)
		h.previews(pin("1.0.0"), operates("none", 0, map[string]any{"deployed_before": true}))
		h.previews(pin("2.0.0", "percentage", 40), operates("deploy", 50, map[string]any{"deployed_before": false}))
		h.previews(pin("0.9.0", "percentage", 40), operates("rollback", 124, map[string]any{"from_version": "1.0.0"}))
		h.wrote()
		h.publish("0.9.5")
		sb.ClearLedger()
		older := h.warning(pin("0.9.5"))
		if !strings.Contains(older, "older than 1.0.0 but was never deployed") {
			t.Errorf("the preview warns %q", older)
		}
		h.previews(pin("0.9.5"), operates("deploy", 124, map[string]any{"warnings": []any{older}}))
		h.wrote()
		begin(t, sb, 40, 100)
		sb.ClearLedger()
		h.previews(pin("2.0.0", "percentage", 60), operates("advance", 25, nil))
		back, said := sb.ReadData(t, "octomil_deployment_preview", pin("1.0.0"))
		canceled, _ := back["cancels"].(map[string]any)
		if said.Failed() || canceled["version"] != "2.0.0" || canceled["status"] != "active" || canceled["percentage"] != 40.0 {
			t.Errorf("the preview cancels %v: %v", canceled, said.Errors)
		}
		h.previews(pin("1.0.0"), operates("rollback", 124, map[string]any{"cancels": back["cancels"]}))
		_, said = sb.ReadData(t, "octomil_deployment_preview", pin("1.0.1"))
		said.ExpectErrors(t, "The version does not exist", "Closest matches: `1.0.0`")
		h.wrote()
	})
}

func TestAccDeploymentPreviewDataSource_group(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		h := onSandbox(t, sb)
		stagingAt(t, sb, 25)
		each := func(kind, from string) map[string]any {
			return map[string]any{"operation": kind, "from_version": from, "devices": 24.0, "devices_total": 24.0}
		}
		h.previews(pin("2.0.0", "group", "staging"), each("deploy", "1.0.0"))
		h.previews(pin("1.0.0", "group", "staging"), each("rollback", "2.0.0"))
		h.previews(pin("0.9.0", "group", "staging", "percentage", 50), each("rollback", "1.0.0"))
		_, said := sb.ReadData(t, "octomil_deployment_preview", pin("2.0.0", "group", "stagin"))
		said.ExpectErrors(t, "The device group does not exist", "staging")
	})
}

// A server that counts nothing leaves the counts out, and the operation is known all the same.
func TestAccDeploymentPreviewDataSource_withoutCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := onSandbox(t, acctest.StartVirtual(t, func(o *sandbox.Options) { o.Dialect = sandbox.DialectSDK }))
		h.sb.AddFault(sandbox.Fault{Method: "GET", Path: "devices", Times: -1, Status: 403})
		h.sb.Do(t, "POST", "/api/v1/models/phi-4-mini/versions/2.0.0/deprecate", nil)
		h.previews(pin("2.0.0"), map[string]any{"operation": "deploy", "devices": nil, "devices_total": nil})
		if text := h.warning(pin("2.0.0")); !strings.Contains(text, "should no longer be rolled out") {
			t.Errorf("the preview warns %q", text)
		}
	})
}
