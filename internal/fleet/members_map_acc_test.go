package fleet_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// keyed is a membership of the group lab, and its configurations with `devices`.
func keyed(t *testing.T, sb *acctest.Sandbox) (core *acctest.Core, config func(devices map[string]any) map[string]any) {
	t.Helper()
	core, listed := lab(t, sb)
	return core, func(devices map[string]any) map[string]any {
		return map[string]any{"group_id": listed()["group_id"], "devices": devices}
	}
}

func TestAccDeviceGroupMembers_map(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		core, config := keyed(t, sb)
		core.Converge(t, config(map[string]any{"lobby": dev(3), "desk": "phone-000001"}), acctest.ActionCreate)
		core.ExpectState(t, config(map[string]any{"lobby": dev(3), "desk": "phone-000001"}))
		expectMembers(t, sb, "lab", devs(1, 3)...)
		expectWrites(t, sb, "add group members")

		sb.ClearLedger()
		changed := config(map[string]any{"lobby": dev(3), "gate": dev(4)})
		core.Converge(t, changed, acctest.ActionUpdate)
		expectMembers(t, sb, "lab", devs(3, 4)...)
		expectWrites(t, sb, "add group members", "remove group member")

		// Others have changed the group. The configuration has the ID of a new member as a key of its own.
		sb.Do(t, http.MethodDelete, groupPath(t, sb, "lab")+"/devices/"+dev(3), nil)
		sb.Do(t, http.MethodPost, groupPath(t, sb, "lab")+"/devices/"+dev(9), nil)
		core.ExpectAction(t, changed, acctest.ActionUpdate)
		core.ExpectState(t, config(map[string]any{dev(9): dev(9), "gate": dev(4)}))
		core.Converge(t, changed, acctest.ActionUpdate)
		expectMembers(t, sb, "lab", devs(3, 4)...)

		core.Converge(t, config(map[string]any{}), acctest.ActionUpdate)
		expectMembers(t, sb, "lab")
		core.Converge(t, changed, acctest.ActionUpdate)
		sb.Do(t, http.MethodPost, groupPath(t, sb, "lab")+"/devices/"+dev(9), nil)
		destroy(t, core)
		expectMembers(t, sb, "lab", dev(9))
	}, few)
}

// Other keys, and the same devices in the other attribute, change the state and nothing on the server.
func TestAccDeviceGroupMembers_mapOfTheSameDevices(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, few)
		core, config := keyed(t, sb)
		list := map[string]any{"group_id": config(nil)["group_id"], "device_ids": []any{dev(2), "phone-000001"}}
		core.Converge(t, list, acctest.ActionCreate)
		sb.ClearLedger()
		core.Converge(t, config(map[string]any{"a": dev(1), "b": dev(2)}), acctest.ActionUpdate)
		core.Converge(t, config(map[string]any{"b": dev(1), "c": dev(2)}), acctest.ActionUpdate)
		core.Converge(t, list, acctest.ActionUpdate)
		imported := core.ExpectImport(t, "lab", "device_ids")
		imported.Converge(t, config(map[string]any{"a": "phone-000001", "b": dev(2)}), acctest.ActionUpdate)
		expectWrites(t, sb)
		expectMembers(t, sb, "lab", devs(1, 2)...)
	})
}

// Errors belong to the element of the device that they are about, and the state after them has the keys of the configuration.
func TestAccDeviceGroupMembers_mapErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, few)
		core, config := keyed(t, sb)
		both := config(map[string]any{"a": dev(1)})
		both["device_ids"] = []any{dev(1)}
		core.ExpectRefused(t, both, "Invalid Attribute Combination", "[device_ids,devices]")
		core.ExpectRefused(t, map[string]any{"group_id": both["group_id"]}, "Missing Attribute Configuration")
		core.ExpectRefused(t, config(map[string]any{"b": dev(1), "a": dev(1)}), `devices.ElementKeyString("b`, "Duplicate device", `"dev_00000001" is already listed under the key "a"`)
		core.ExpectRefused(t, config(map[string]any{"a": ""}), `devices.ElementKeyString("a`, "Invalid device")
		core.ExpectRefused(t, config(map[string]any{"x": dev(1), "y": "phone-999999"}), `devices.ElementKeyString("y`, "Could not create the membership")
		core.ExpectRefused(t, config(map[string]any{"x": dev(1), "y": "phone-000001"}), `devices.ElementKeyString("y`, "Duplicate device")
		expectMembers(t, sb, "lab", dev(1))

		core.Converge(t, config(map[string]any{"a": dev(1), "b": dev(2), "c": dev(3)}), acctest.ActionCreate)
		core.Configure(nil, map[string]any{"max_retries": 0})
		sb.AddFault(sandbox.Fault{Method: http.MethodDelete, Path: "device-groups/*/devices/*", Nth: 2, Status: 500})
		core.ExpectRefused(t, config(map[string]any{"c": dev(4)}), "Could not update the membership of the device group", "500")
		core.ExpectState(t, config(map[string]any{"b": dev(2), "c": dev(4), dev(3): dev(3)}))
		core.Converge(t, config(map[string]any{"c": dev(4)}), acctest.ActionUpdate)
		expectMembers(t, sb, "lab", dev(4))
	})
}
