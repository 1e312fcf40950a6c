package policy_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

func TestAccCompliancePresets_dataSource(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Helper()
		t.Parallel()
		sb := start(t, dialect)
		sb.AddFault(sandbox.Fault{Method: http.MethodGet, Path: "settings/compliance/gdpr", Status: 404, Times: -1}) // a server may not have all presets
		at := func(i int, attribute string) tfjsonpath.Path {
			return tfjsonpath.New("presets").AtSliceIndex(i).AtMapKey(attribute)
		}
		var checks []statecheck.StateCheck
		for _, c := range []struct {
			at   tfjsonpath.Path
			want knownvalue.Check
		}{
			{tfjsonpath.New("presets"), knownvalue.ListSizeExact(3)},
			{at(0, "name"), knownvalue.StringExact("hipaa")}, {at(0, "policy_profile"), knownvalue.StringExact("regulated")},
			{at(0, "audit_retention_days"), knownvalue.Int64Exact(2190)}, {at(0, "auto_rollback"), knownvalue.Null()},
			{at(1, "name"), knownvalue.StringExact("pci")}, {at(1, "audit_retention_days"), knownvalue.Null()}, {at(1, "mfa_required"), knownvalue.Bool(true)},
			{at(2, "name"), knownvalue.StringExact("soc2")}, {at(2, "auto_rollback"), knownvalue.Bool(true)},
		} {
			checks = append(checks, statecheck.ExpectKnownValue("data.octomil_compliance_presets.all", c.at, c.want))
		}
		config := sb.Provider() + `data "octomil_compliance_presets" "all" {}`
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProviderFactories(),
			Steps: []resource.TestStep{
				{Config: config, ConfigStateChecks: checks},
				{
					PreConfig: func() {
						sb.AddFault(sandbox.Fault{Method: http.MethodGet, Path: "settings/compliance/soc2", Status: 403, Times: -1})
					},
					Config: config, ExpectError: regexp.MustCompile(`(?s)Could not read the compliance presets.*403.*req_`),
				},
			},
		})
	})
}
