package access_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// A plan that makes the secret of the provider's own key stop working says so, whether the state knows the secret or not.
func TestAccAPIKey_ownKey(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Helper()
		t.Parallel()
		for _, imported := range []bool{false, true} {
			sb := start(t, dialect)
			core := sb.Core(t, "octomil_api_key")
			admin := key("admin:read", "admin:write")
			var secret any
			if imported {
				created := sb.Do(t, http.MethodPost, keysPath, admin)
				secret = created["api_key"]
				if report := core.Import("key_00000001"); report.Failed() {
					t.Fatal(report.Errors)
				}
			} else {
				core.Converge(t, admin, acctest.ActionCreate)
				secret = core.State()["api_key"]
			}
			rotated, other := key("admin:read", "admin:write"), key("admin:read")
			rotated["rotate_when"] = "now"
			for _, own := range []bool{true, false} {
				settings := map[string]any{}
				if own {
					settings["api_key"] = secret
				}
				core.Configure(nil, settings)
				for what, plan := range map[string]acctest.Plan{
					"rotates": core.Plan(rotated), "revokes": core.Plan(other), "": core.Plan(admin),
				} {
					warns := strings.Contains(fmt.Sprint(plan.Warnings), "This "+what+" the provider's own API key: ")
					if plan.Failed() || warns != (own && what != "") {
						t.Errorf("imported: %v, own: %v, %q: warnings %v, errors %v", imported, own, what, plan.Warnings, plan.Errors)
					}
				}
			}
			core.Configure(nil, map[string]any{"api_key": secret})
			if said := core.Destroy(); said.Failed() || !strings.Contains(fmt.Sprint(said.Warnings), "This revokes the provider's own API key") {
				t.Errorf("the destroy warns %v, fails %v", said.Warnings, said.Errors)
			}
		}
	})
}

// The first rotate_when of an imported key rotates a key that is in use, which the plan says; later ones are expected.
func TestAccAPIKey_rotateImported(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	sb.Do(t, http.MethodPost, keysPath, key("models:read"))
	core := sb.Core(t, "octomil_api_key")
	if report := core.Import("ci"); report.Failed() {
		t.Fatal(report.Errors)
	}
	config := key("models:read")
	if plan := core.Plan(config); len(plan.Warnings) > 0 || plan.Action != acctest.ActionNone {
		t.Errorf("without rotate_when the plan is %s and warns %v", plan.Action, plan.Warnings)
	}
	config["rotate_when"] = "november"
	const warning = "rotate_when: This rotates the imported API key"
	if warnings := core.Converge(t, config, acctest.ActionUpdate); len(warnings) != 1 || !strings.HasPrefix(warnings[0], warning) {
		t.Errorf("warnings %v", warnings)
	}
	config["rotate_when"] = "december"
	if warnings := core.Converge(t, config, acctest.ActionUpdate); len(warnings) > 0 {
		t.Errorf("warnings %v", warnings)
	}
}
