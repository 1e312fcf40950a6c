package fleet_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// start starts a sandbox of a dialect with 30 devices.
func start(t *testing.T, dialect sandbox.Dialect) *acctest.Sandbox {
	t.Helper()
	return acctest.Start(t, func(o *sandbox.Options) { o.Dialect, o.Devices = dialect, 30 })
}

// groupOf finds a group on the server by its name.
func groupOf(t *testing.T, sb *acctest.Sandbox, name string) map[string]any {
	t.Helper()
	response := sb.Do(t, http.MethodGet, "/api/v1/device-groups?org_id=demo&limit=1000", nil)
	for _, key := range []string{"groups", "items"} {
		list, _ := response[key].([]any)
		for _, item := range list {
			if group, ok := item.(map[string]any); ok && group["name"] == name {
				return group
			}
		}
	}
	return nil
}

func groupPath(t *testing.T, sb *acctest.Sandbox, name string) string {
	t.Helper()
	group := groupOf(t, sb, name)
	if group == nil {
		t.Fatalf("the server has no group %q", name)
	}
	return fmt.Sprintf("/api/v1/device-groups/%v", group["id"])
}

func action(address string, want plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, want)}}
}

// few is the option of 30 devices.
func few(o *sandbox.Options) { o.Devices = 30 }

func destroy(t *testing.T, core *acctest.Core) {
	t.Helper()
	if said := core.Destroy(); said.Failed() {
		t.Fatalf("the destroy fails: %v", said.Errors)
	}
}
