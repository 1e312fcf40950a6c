package fleet_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// membersCore is a membership of a group with these devices, applied through the protocol.
func membersCore(t *testing.T, dialect sandbox.Dialect, devices ...string) (*acctest.Sandbox, *acctest.Core, func(...string) map[string]any) {
	t.Helper()
	sb := acctest.StartVirtual(t, few, func(o *sandbox.Options) { o.Dialect = dialect })
	core, config := lab(t, sb)
	succeed(t, core, config(devices...))
	sb.ClearLedger()
	return sb, core, config
}

func succeed(t *testing.T, core *acctest.Core, config map[string]any) {
	t.Helper()
	plan := core.Plan(config)
	if plan.Failed() {
		t.Fatal(plan.Errors)
	}
	if said := core.Apply(plan); said.Failed() {
		t.Fatal(said.Errors)
	}
}

func expectState(t *testing.T, core *acctest.Core, want ...string) {
	t.Helper()
	var got []string
	list, _ := core.State()["device_ids"].([]any)
	for _, d := range list {
		got = append(got, fmt.Sprint(d))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("device_ids in state (-want +got):\n%s", diff)
	}
}

// A device that joins between the write and the read after it is drift of the next refresh, and not a part of the result.
func TestAccDeviceGroupMembers_joinsDuringApply(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			// The read after the write finds the stranger, which the server then keeps.
			joins := func(sb *acctest.Sandbox, before []string, devices ...string) {
				sb.Do(t, http.MethodPost, groupPath(t, sb, "lab")+"/devices", map[string]any{"device_ids": append(slices.Clone(devices), dev(9))})
				after := sb.Do(t, http.MethodGet, groupPath(t, sb, "lab")+"/devices", nil)
				sb.Do(t, http.MethodDelete, groupPath(t, sb, "lab")+"/devices/"+dev(9), nil)
				for _, d := range devices {
					if !slices.Contains(before, d) {
						sb.Do(t, http.MethodDelete, groupPath(t, sb, "lab")+"/devices/"+d, nil)
					}
				}
				sb.ClearLedger()
				body, err := json.Marshal(after)
				if items, bare := after["items"]; bare {
					body, err = json.Marshal(items)
				}
				if err != nil {
					t.Fatal(err)
				}
				// The apply reads once before its write, and once after it.
				sb.AddFault(sandbox.Fault{Method: http.MethodGet, Path: "device-groups/*/devices", Nth: 2, Status: 200, Body: string(body)})
			}
			sb, core, config := membersCore(t, dialect, dev(1))
			plan := core.Plan(config(dev(1), dev(2)))
			joins(sb, devs(1), dev(1), dev(2))
			if said := core.Apply(plan); said.Failed() {
				t.Fatal(said.Errors)
			}
			expectState(t, core, dev(1), dev(2))

			sb.Do(t, http.MethodPost, groupPath(t, sb, "lab")+"/devices/"+dev(9), nil)
			drift := core.Plan(config(dev(1), dev(2)))
			expectState(t, core, dev(1), dev(2), dev(9))
			if drift.Action != acctest.ActionUpdate {
				t.Errorf("the stranger is no drift: %s", drift.Action)
			}
			if said := core.Apply(drift); said.Failed() {
				t.Fatal(said.Errors)
			}
			expectMembers(t, sb, "lab", devs(1, 2)...)
		})
	})
}

// One device that does not exist keeps no other from being removed or added.
func TestAccDeviceGroupMembers_unknownDevice(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		wanted, members, state []string
		errors                 []string
	}{
		"beside a removal": {
			wanted: []string{dev(1), "phone-999999"}, members: devs(1), state: devs(1),
			errors: []string{`device_ids.ElementKeyInt(1)`},
		},
		"beside an addition and a removal": {
			wanted: []string{"phone-999999", dev(1), dev(4)}, members: devs(1, 4), state: devs(1, 4),
			errors: []string{`device_ids.ElementKeyInt(0)`},
		},
		"two of them, with names that begin alike": {
			wanted: []string{dev(1), "phone-9999", "phone-999999", dev(5)}, members: devs(1, 5), state: devs(1, 5),
			errors: []string{`device_ids.ElementKeyInt(1)`, `device_ids.ElementKeyInt(2)`},
		},
		"alone": {
			wanted: []string{dev(1), dev(2), dev(3), "phone-999999"}, members: devs(1, 2, 3), state: devs(1, 2, 3),
			errors: []string{`device_ids.ElementKeyInt(3)`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					sb, core, config := membersCore(t, dialect, devs(1, 2, 3)...)
					said := core.Apply(core.Plan(config(test.wanted...)))
					if len(said.Errors) != len(test.errors) {
						t.Errorf("the errors are %q", said.Errors)
					}
					for _, at := range test.errors {
						if !slices.ContainsFunc(said.Errors, func(text string) bool { return strings.HasPrefix(text, at+": ") }) {
							t.Errorf("no error is on %s: %q", at, said.Errors)
						}
					}
					expectMembers(t, sb, "lab", test.members...)
					expectState(t, core, test.state...)
					// The mistake stays an error until it is corrected, and changes nothing more.
					sb.ClearLedger()
					if said := core.Apply(core.Plan(config(test.wanted...))); !said.Failed() {
						t.Error("the second apply succeeds")
					}
					expectMembers(t, sb, "lab", test.members...)
					succeed(t, core, config(test.members...))
				})
			})
		})
	}
}

// The server may refuse to remove one device; the others are removed all the same.
func TestAccDeviceGroupMembers_removalRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb, core, config := membersCore(t, sandbox.DialectDocs, devs(1, 2, 3)...)
		sb.AddFault(sandbox.Fault{
			Method: http.MethodDelete, Path: "device-groups/*/devices/*", Status: 409, Body: `{"error":"conflict","message":"the device is locked"}`,
		})
		said := core.Apply(core.Plan(config(dev(3))))
		if len(said.Errors) != 1 || !strings.Contains(said.Errors[0], "the device is locked") {
			t.Errorf("the errors are %q", said.Errors)
		}
		expectMembers(t, sb, "lab", devs(1, 3)...)
		expectState(t, core, devs(3, 1)...)
		succeed(t, core, config(dev(3)))
		expectMembers(t, sb, "lab", dev(3))
	})
}

// A destroy removes the other devices, and the state keeps the one that the server keeps.
func TestAccDeviceGroupMembers_destroyRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		left   []string
	}{
		"one device":  {409, devs(1)},
		"the service": {503, devs(1, 2, 3)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sb, core, _ := membersCore(t, sandbox.DialectDocs, devs(1, 2, 3)...)
				sb.AddFault(sandbox.Fault{
					Method: http.MethodDelete, Path: "device-groups/*/devices/" + dev(1), Times: -1, Status: test.status,
					Body: `{"error":"conflict","message":"not now"}`,
				})
				if said := core.Destroy(); len(said.Errors) != 1 || !strings.Contains(said.Errors[0], "not now") {
					t.Errorf("the errors are %q", said.Errors)
				}
				expectMembers(t, sb, "lab", test.left...)
				expectState(t, core, test.left...)
				sb.ClearFaults()
				if said := core.Destroy(); said.Failed() {
					t.Error(said.Errors)
				}
				if left := membersOn(t, sb, "lab"); len(left) > 0 {
					t.Errorf("%v are left", left)
				}
			})
		})
	}
}
