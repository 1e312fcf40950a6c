package deployment_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

func listed(sb *acctest.Sandbox, lines string) string {
	return fmt.Sprintf("%s\ndata \"octomil_rollouts\" \"phi\" {\n  %s\n}\n", sb.Provider(), lines)
}

// record is what a list is to say of one rollout; nil is null.
func record(version, status string, percentage float64, attributes map[string]knownvalue.Check) knownvalue.Check {
	check := map[string]knownvalue.Check{
		"version": knownvalue.StringExact(version), "status": knownvalue.StringExact(status), "percentage": knownvalue.Float64Exact(percentage),
		"target_percentage": knownvalue.Float64Exact(100), "id": knownvalue.NotNull(), "created_at": knownvalue.NotNull(),
		"previous_version": knownvalue.Null(), "reason": knownvalue.Null(), "trigger": knownvalue.Null(), "rolled_back_at": knownvalue.Null(),
	}
	for name, value := range attributes {
		check[name] = value
	}
	return knownvalue.ObjectExact(check)
}

func lists(records ...knownvalue.Check) []statecheck.StateCheck {
	return []statecheck.StateCheck{
		statecheck.ExpectKnownValue("data.octomil_rollouts.phi", tfjsonpath.New("rollouts"), knownvalue.ListExact(records)),
	}
}

func TestAccRolloutsDataSource_newestFirst(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		replaces := func(version string) map[string]knownvalue.Check {
			return map[string]knownvalue.Check{"previous_version": knownvalue.StringExact(version)}
		}
		canceled := record("2.0.0", "rolled_back", 40, map[string]knownvalue.Check{
			"previous_version": knownvalue.StringExact("1.0.0"), "reason": knownvalue.StringExact("cancelled"),
			"trigger": knownvalue.StringExact("manual"), "rolled_back_at": knownvalue.NotNull(),
		})
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProviderFactories(),
			Steps: []resource.TestStep{
				{
					PreConfig: func() {
						sb.Do(t, "DELETE", "/api/v1/models/phi-4-mini/rollouts/"+begin(t, sb, 40, 100)+"?force=true", nil)
						begin(t, sb, 25, 100)
					},
					Config: listed(sb, `model = "phi-4-mini"`),
					ConfigStateChecks: append(lists(
						record("2.0.0", "active", 25, replaces("1.0.0")), canceled,
						record("1.0.0", "completed", 100, replaces("0.9.0")), record("0.9.0", "completed", 100, nil),
					), statecheck.ExpectKnownValue("data.octomil_rollouts.phi", tfjsonpath.New("model_id"), knownvalue.StringExact(modelID(t, sb)))),
				},
				{
					Config:            listed(sb, `model = "`+modelID(t, sb)+`"`+"\n  status = \"rolled_back\""),
					ConfigStateChecks: lists(canceled),
				},
				{Config: listed(sb, "model = \"phi-4-mini\"\n  status = \"paused\""), ConfigStateChecks: lists()},
				{Config: listed(sb, "model = \"phi-4-mini\"\n  status = \"gone\""), ExpectError: says("value must be one of", `"rolled_back"`)},
				{Config: listed(sb, `model = "phi-4-mni"`), ExpectError: says("The model does not exist", "Closest matches: `phi-4-mini`")},
			},
		})
	})
}
