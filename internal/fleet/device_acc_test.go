package fleet_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

const lobby = "/api/v1/devices/dev_00000004"

// Attributes that are not configured keep the values that were set outside of Terraform. Configured ones are restored.
//
// CONTRACT.md 5.52, 5.61
func TestAccDevice_managesOnlyWhatIsSet(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := acctest.Start(t, func(o *sandbox.Options) { o.Dialect = dialect })
		sb.Do(t, http.MethodPatch, lobby, map[string]any{"name": "manual", "labels": map[string]any{"wing": "west"}})
		core := sb.Core(t, "octomil_device")
		config := map[string]any{"device_identifier": "edge-000004", "labels": map[string]any{"floor": "2"}}
		core.Converge(t, config, acctest.ActionCreate)
		expectDevice(t, sb, "manual", map[string]any{"floor": "2"}, "active")

		sb.Do(t, http.MethodPatch, lobby, map[string]any{"name": "manual again", "labels": map[string]any{"floor": "3"}})
		core.Converge(t, config, acctest.ActionUpdate)
		expectDevice(t, sb, "manual again", map[string]any{"floor": "2"}, "active")
		if name := core.State()["name"]; name != "manual again" {
			t.Errorf("the name in state is %v", name)
		}

		// Null labels are not managed; an empty map removes all labels.
		core.Converge(t, map[string]any{"device_identifier": "edge-000004"}, acctest.ActionNone)
		expectDevice(t, sb, "manual again", map[string]any{"floor": "2"}, "active")
		core.Converge(t, map[string]any{"device_identifier": "edge-000004", "labels": map[string]any{}}, acctest.ActionUpdate)
		expectDevice(t, sb, "manual again", map[string]any{}, "active")
	})
}

// CONTRACT.md 5.63
func TestAccDevice_destroy(t *testing.T) {
	t.Parallel()
	for onDestroy, status := range map[string]string{"keep": "active", "archive": "archived"} {
		sb := acctest.Start(t)
		core := sb.Core(t, "octomil_device")
		core.Converge(t, map[string]any{"device_identifier": "edge-000004", "on_destroy": onDestroy}, acctest.ActionCreate)
		report := core.Destroy()
		if report.Failed() || !strings.Contains(strings.Join(report.Warnings, ""), "cannot delete a device") {
			t.Errorf("%s: the destroy reports %v", onDestroy, report)
		}
		if got := sb.Do(t, http.MethodGet, lobby, nil)["status"]; got != status {
			t.Errorf("%s: the device is %v, want %s", onDestroy, got, status)
		}
	}
}

// CONTRACT.md 5.63
func TestAccDevice_notRegistered(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	core := sb.Core(t, "octomil_device")
	plan := core.Plan(map[string]any{"device_identifier": "edge-999999", "name": "nowhere"})
	report := core.Apply(plan)
	text := strings.Join(report.Errors, "")
	for _, must := range []string{"device_identifier: ", "edge-999999", "req_", "register themselves"} {
		if !strings.Contains(text, must) {
			t.Errorf("the error has no %q: %s", must, text)
		}
	}
	if core.State() != nil || len(sb.Writes()) > 0 {
		t.Errorf("state is %v, writes are %v, want neither", core.State(), sb.Writes())
	}
}

func TestAccDevice_list(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	found, report := sb.Query(t, "octomil_device", map[string]any{"platform": "linux"}, 3, true)
	if report.Failed() || len(found) != 3 {
		t.Fatalf("found %d: %v", len(found), report.Errors)
	}
	want := acctest.ListResult{Name: "edge-000004", Identity: map[string]any{"org_id": "demo", "id": "dev_00000004"}}
	if diff := cmp.Diff(want.Identity, found[0].Identity); diff != "" || found[0].Name != want.Name || found[0].Attributes["manufacturer"] != "NVIDIA" {
		t.Errorf("the first device is %+v, want %+v", found[0], want)
	}

	sb.AddFault(sandbox.Fault{Method: http.MethodGet, Path: "devices", Status: http.StatusForbidden, Times: -1})
	found, report = sb.Query(t, "octomil_device", nil, 0, false)
	if text := strings.Join(report.Errors, ""); len(found) != 0 || !strings.Contains(text, "Could not list the devices") || !strings.Contains(text, "req_") {
		t.Errorf("found %d, errors are %s", len(found), text)
	}
}

func expectDevice(t *testing.T, sb *acctest.Sandbox, name string, labels map[string]any, status string) {
	t.Helper()
	d := sb.Do(t, http.MethodGet, lobby, nil)
	if diff := cmp.Diff([]any{name, labels, status}, []any{d["name"], d["labels"], d["status"]}); diff != "" {
		t.Errorf("device (-want +got):\n%s", diff)
	}
}
