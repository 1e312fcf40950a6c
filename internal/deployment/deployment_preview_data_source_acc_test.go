package deployment_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// looked asks for a preview and expects some attributes of it.
func looked(sb *acctest.Sandbox, version, lines string, want map[string]knownvalue.Check) resource.TestStep {
	step := resource.TestStep{Config: fmt.Sprintf(
		"%s\ndata \"octomil_deployment_preview\" \"phi\" {\n  model   = \"phi-4-mini\"\n  version = %q\n  %s\n}\n", sb.Provider(), version, lines)}
	for name, check := range want {
		step.ConfigStateChecks = append(step.ConfigStateChecks,
			statecheck.ExpectKnownValue("data.octomil_deployment_preview.phi", tfjsonpath.New(name), check))
	}
	return step
}

func operates(kind string, devices int64) map[string]knownvalue.Check {
	return map[string]knownvalue.Check{
		"operation": knownvalue.StringExact(kind), "devices": knownvalue.Int64Exact(devices), "devices_total": knownvalue.Int64Exact(124),
		"cancels": knownvalue.Null(), "warnings": knownvalue.ListExact(nil),
	}
}

// with is the expectation with some attributes more, or others.
func with(want map[string]knownvalue.Check, name string, check knownvalue.Check) map[string]knownvalue.Check {
	want[name] = check
	return want
}

// CONTRACT.md 4.5
func TestAccDeploymentPreviewDataSource_fleet(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		older := knownvalue.ListExact([]knownvalue.Check{knownvalue.StringRegexp(regexp.MustCompile("older than 1.0.0 but was never deployed"))})
		steps := []resource.TestStep{
			looked(sb, "1.0.0", "", with(operates("none", 0), "deployed_before", knownvalue.Bool(true))),
			looked(sb, "2.0.0", "percentage = 40", with(operates("deploy", 50), "deployed_before", knownvalue.Bool(false))),
			looked(sb, "0.9.0", "percentage = 40", with(operates("rollback", 124), "from_version", knownvalue.StringExact("1.0.0"))),
			looked(sb, "0.9.5", "", with(operates("deploy", 124), "warnings", older)),
			looked(sb, "2.0.0", "percentage = 60", operates("advance", 25)),
			looked(sb, "1.0.0", "", with(operates("rollback", 124), "cancels", knownvalue.ObjectPartial(map[string]knownvalue.Check{
				"version": knownvalue.StringExact("2.0.0"), "status": knownvalue.StringExact("active"), "percentage": knownvalue.Float64Exact(40),
			}))),
			{Config: looked(sb, "1.0.1", "", nil).Config, ExpectError: says("The version does not exist", "Closest matches: `1.0.0`")},
		}
		steps[3].PreConfig = func() {
			sb.Do(t, "POST", "/api/v1/models/phi-4-mini/versions", map[string]any{
				"version": "0.9.5", "storage_path": "s3://models/phi", "format": "gguf", "checksum": "c0ffee", "size_bytes": 1,
			})
			sb.Do(t, "POST", "/api/v1/models/phi-4-mini/versions/0.9.5/publish", nil)
		}
		steps[4].PreConfig = func() { begin(t, sb, 40, 100) }
		resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: acctest.ProviderFactories(), Steps: steps})
		if writes := sb.Writes(); len(writes) > 0 {
			t.Errorf("a preview wrote %v", writes)
		}
	})
}

func TestAccDeploymentPreviewDataSource_group(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		stagingAt(t, sb, 25)
		all := func(kind, from string, devices int64) map[string]knownvalue.Check {
			return map[string]knownvalue.Check{
				"operation": knownvalue.StringExact(kind), "from_version": knownvalue.StringExact(from),
				"devices": knownvalue.Int64Exact(devices), "devices_total": knownvalue.Int64Exact(24),
			}
		}
		resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: acctest.ProviderFactories(), Steps: []resource.TestStep{
			looked(sb, "2.0.0", inStaging, all("deploy", "1.0.0", 24)),
			looked(sb, "1.0.0", inStaging, all("rollback", "2.0.0", 24)),
			looked(sb, "0.9.0", inStaging+"\n  percentage = 50", all("rollback", "1.0.0", 24)),
			{Config: looked(sb, "2.0.0", `group = "stagin"`, nil).Config, ExpectError: says("The device group does not exist", "staging")},
		}})
	})
}

// A server that counts nothing leaves the counts out, and the operation is known all the same.
func TestAccDeploymentPreviewDataSource_withoutCounts(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectSDK)
	sb.AddFault(sandbox.Fault{Method: "GET", Path: "devices", Times: -1, Status: 403})
	sb.Do(t, "POST", "/api/v1/models/phi-4-mini/versions/2.0.0/deprecate", nil)
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: acctest.ProviderFactories(), Steps: []resource.TestStep{
		looked(sb, "2.0.0", "", map[string]knownvalue.Check{
			"operation": knownvalue.StringExact("deploy"), "devices": knownvalue.Null(), "devices_total": knownvalue.Null(),
			"warnings": knownvalue.ListExact([]knownvalue.Check{knownvalue.StringRegexp(regexp.MustCompile("should no longer be rolled out"))}),
		}),
	}})
}
