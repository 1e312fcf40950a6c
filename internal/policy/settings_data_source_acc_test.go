package policy_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

func TestAccOrgSettings_dataSource(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Helper()
		t.Parallel()
		sb := start(t, dialect)
		setSettings(t, sb, map[string]any{"audit_retention_days": 30, "require_mfa_for_admin": true})
		const data = "data.octomil_org_settings.now"
		shows := func(attribute string, want knownvalue.Check) statecheck.StateCheck {
			return statecheck.ExpectKnownValue(data, tfjsonpath.New(attribute), want)
		}
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProviderFactories(),
			Steps: []resource.TestStep{
				{
					Config: sb.Provider() + `data "octomil_org_settings" "now" {}`,
					ConfigStateChecks: []statecheck.StateCheck{
						shows("id", knownvalue.StringExact("demo")), shows("audit_retention_days", knownvalue.Int64Exact(30)),
						shows("require_mfa_for_admin", knownvalue.Bool(true)), shows("hipaa_mode", knownvalue.Bool(false)),
					},
				},
				{
					Config:      sb.Provider() + `data "octomil_org_settings" "now" { org_id = "unknown" }`,
					ExpectError: regexp.MustCompile(`(?s)Could not read the organization settings.*org_id = "unknown".*404`),
				},
			},
		})
		if writes := sb.Writes(); len(writes) != 1 {
			t.Errorf("the data source has made the writes %v", writes)
		}
	})
}
