package resourcekit

import "testing"

func TestPlannedNames(t *testing.T) {
	t.Parallel()
	var p Planned
	p.Announce("octomil_model", "phi")
	p.Rename("octomil_model", "mdl_1", "psi")
	for _, name := range []string{"phi", "psi"} {
		if !p.Announced("octomil_model", name) || p.Announced("octomil_device_group", name) {
			t.Errorf("%s is announced %t as a model, %t as a group", name, p.Announced("octomil_model", name), p.Announced("octomil_device_group", name))
		}
	}
	if !p.Renamed("octomil_model", "mdl_1", "psi") || p.Renamed("octomil_model", "mdl_1", "phi") || p.Renamed("octomil_model", "mdl_2", "psi") {
		t.Error("a rename is of one object and to one name")
	}
}
