package fleet

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

func TestWarnOfRemovals(t *testing.T) {
	t.Parallel()
	client := sandboxClient(t)
	g, found, err := client.ResolveGroup(t.Context(), "staging")
	if err != nil || !found {
		t.Fatalf("the group staging: found %v, %v", found, err)
	}
	tests := map[string]struct {
		wanted  []string
		message string
	}{
		"some leave": {[]string{"dev_00000001", "phone-000002", "dev_00000099"}, `"staging" has 3 members`},
		"all stay":   {[]string{"dev_00000001", "dev_00000002", "dev_00000003", "dev_00000004", "dev_00000005"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			warnOfRemovals(t.Context(), client, g, deviceList{refs: test.wanted}, &diags)
			if test.message == "" {
				if len(diags) > 0 {
					t.Errorf("got %v, want no diagnostic", diags)
				}
				return
			}
			if diags.WarningsCount() != 1 || diags.HasError() || !strings.Contains(diags[0].Detail(), test.message) {
				t.Errorf("got %v, want one warning with %s", diags, test.message)
			}
		})
	}
}

// The members of a hybrid group cannot be listed either: every apply would remove the devices that its rules select.
func TestCheckStatic(t *testing.T) {
	t.Parallel()
	for groupType, want := range map[string]bool{"static": true, "": true, "dynamic": false, "hybrid": false} {
		var diags diag.Diagnostics
		if got := checkStatic(control.Group{Name: "lab", Type: groupType}, path.Root("group_id"), &diags); got != want || diags.HasError() == want {
			t.Errorf("checkStatic of the type %q is %v with %v, want %v", groupType, got, diags, want)
		}
	}
}
