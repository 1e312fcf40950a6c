package resourcekit

import "testing"

func TestPlannedNames(t *testing.T) {
	t.Parallel()
	var p PlannedNames
	p.Add("octomil_model", "phi")
	p.Rename("octomil_model", "mdl_1", "psi")
	for _, name := range []string{"phi", "psi"} {
		if !p.Contains("octomil_model", name) || p.Contains("octomil_device_group", name) {
			t.Errorf("%s is planned %t as a model, %t as a group", name, p.Contains("octomil_model", name), p.Contains("octomil_device_group", name))
		}
	}
	if !p.IsRenamed("octomil_model", "mdl_1", "psi") || p.IsRenamed("octomil_model", "mdl_1", "phi") || p.IsRenamed("octomil_model", "mdl_2", "psi") {
		t.Error("a rename is of one object, to one name")
	}
	p.ChangeMembers("grp_1")
	if !p.ChangesMembers("grp_1") || p.ChangesMembers("grp_2") || p.Contains("octomil_device_group", "grp_1") {
		t.Error("a change of members is of one group, and creates no name")
	}
}
