package policy_test

import (
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

func policyHCL(name, attributes string) string {
	return fmt.Sprintf("resource \"octomil_rollback_policy\" %q {\n%s\n}\n", name, attributes)
}

func start(t *testing.T, dialect sandbox.Dialect) *acctest.Sandbox {
	t.Helper()
	return acctest.Start(t, func(o *sandbox.Options) { o.Dialect, o.Empty = dialect, true })
}

func settings(t *testing.T, sb *acctest.Sandbox) map[string]any {
	t.Helper()
	return sb.Do(t, http.MethodGet, "/api/v1/settings/demo", nil)
}

func setSettings(t *testing.T, sb *acctest.Sandbox, changes map[string]any) {
	t.Helper()
	sb.Do(t, http.MethodPut, "/api/v1/settings/demo", changes)
}

// expectSettings fails unless the settings are those of before with these changes.
func expectSettings(t *testing.T, sb *acctest.Sandbox, before, changes map[string]any) {
	t.Helper()
	want := maps.Clone(before)
	maps.Copy(want, changes)
	if diff := cmp.Diff(want, settings(t, sb)); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

// empty is the option of an organization without models and devices.
func empty(o *sandbox.Options) { o.Empty = true }

func destroy(t *testing.T, core *acctest.Core) {
	t.Helper()
	if said := core.Destroy(); said.Failed() {
		t.Fatalf("the destroy fails: %v", said.Errors)
	}
}

func emptyPlan() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
}

func settingsHCL(attributes string) string {
	return fmt.Sprintf("resource \"octomil_org_settings\" \"those\" {\n%s\n}\n", attributes)
}
