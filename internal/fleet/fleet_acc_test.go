package fleet_test

import (
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// CONTRACT.md 5.51
func TestAccDeviceAndGroup_dataSources(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		lobby := sb.ExpectData(t, "octomil_device", map[string]any{"device_identifier": "edge-000004"},
			map[string]any{"platform": "linux", "total_memory_mb": 8192.0})
		if _, has := lobby["on_destroy"]; has {
			t.Error("the data source has on_destroy")
		}
		list := func(typeName, attribute string, filters map[string]any, want int) []any {
			t.Helper()
			found, _ := sb.ExpectData(t, typeName, filters, nil)[attribute].([]any)
			if len(found) != want {
				t.Fatalf("%s with %v has %d, want %d", typeName, filters, len(found), want)
			}
			return found
		}
		first := list("octomil_devices", "devices", map[string]any{"platform": "linux"}, 41)[0].(map[string]any)
		if first["device_identifier"] != "edge-000004" {
			t.Errorf("the first device is %v", first["device_identifier"])
		}
		list("octomil_devices", "devices", map[string]any{"status": "archived"}, 0)
		sb.ExpectData(t, "octomil_device_group", map[string]any{"name": "staging"}, map[string]any{"group_type": "static"})
		group := list("octomil_device_groups", "device_groups", nil, 1)[0].(map[string]any)
		if group["name"] != "staging" {
			t.Errorf("the first group is %v", group["name"])
		}
		list("octomil_device_groups", "device_groups", map[string]any{"group_type": "dynamic"}, 0)

		_, said := sb.ReadData(t, "octomil_device_group", map[string]any{"name": "stagin"})
		said.ExpectErrors(t, `No device group of this organization has the ID or the name "stagin"`, "Closest matches: `staging`")
	})
}
