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

const status = "data.octomil_rollout_status.phi"

func asked(sb *acctest.Sandbox, lines string) string {
	return fmt.Sprintf("%s\ndata \"octomil_rollout_status\" \"phi\" {\n  model = %q\n  %s\n}\n", sb.Provider(), phi, lines)
}

// tells expects some attributes of the data source.
func tells(want map[string]string) []statecheck.StateCheck {
	var checks []statecheck.StateCheck
	for attribute, value := range want {
		checks = append(checks, statecheck.ExpectKnownValue(status, tfjsonpath.New(attribute), knownvalue.StringExact(value)))
	}
	return checks
}

func TestAccRolloutStatusDataSource_fleet(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		rollOut := func(version string, percentage int) {
			sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
				"version": version, "rollout_percentage": percentage, "target_percentage": 100, "increment_step": 10, "start_immediately": true,
			})
		}
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProviderFactories(),
			Steps: []resource.TestStep{
				{
					Config: asked(sb, ""),
					ConfigStateChecks: tells(map[string]string{
						"version": "1.0.0", "active_version": "1.0.0", "status": "completed", "summary": "124/124 (100%)",
					}),
				},
				{
					PreConfig: func() { rollOut("2.0.0", 40); sb.Settle() },
					Config:    asked(sb, ""),
					ConfigStateChecks: append(tells(map[string]string{
						"version": "2.0.0", "active_version": "1.0.0", "status": "active", "summary": "50/50 (100%)",
					}), statecheck.ExpectKnownValue(status, tfjsonpath.New("percentage"), knownvalue.Float64Exact(40)),
						statecheck.ExpectKnownValue(status, tfjsonpath.New("rollback_from"), knownvalue.Null())),
				},
				{
					// Some devices cannot be reached: a rollback completes without them, and the count does not hide it.
					PreConfig: func() {
						sb.SetOffline(50)
						sb.Do(t, "DELETE", "/api/v1/models/phi-4-mini/rollouts/"+newest(t, sb)+"?force=true", nil)
						rollOut("0.9.0", 100)
						sb.Settle()
					},
					Config: asked(sb, ""),
					ConfigStateChecks: tells(map[string]string{
						"version": "0.9.0", "rollback_from": "2.0.0", "summary": "62/124 (50%)",
					}),
				},
			},
		})
	})
}

func TestAccRolloutStatusDataSource_group(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := start(t, dialect)
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProviderFactories(),
			Steps: []resource.TestStep{
				{
					PreConfig: func() {
						sb.Do(t, "POST", "/api/v1/deploy/execute", map[string]any{
							"model_id": modelID(t, sb), "model_name": phi, "version": "2.0.0", "model_version": "2.0.0", "group": "staging", "rollout_percentage": 75,
						})
					},
					Config: asked(sb, inStaging),
					ConfigStateChecks: tells(map[string]string{
						"version": "2.0.0", "active_version": "2.0.0", "status": "active", "summary": "18/24 (75%)",
					}),
				},
				{Config: asked(sb, `group = "stagin"`), ExpectError: says("The device group does not exist", "Closest matches: `staging`")},
			},
		})
	})
}

func TestAccRolloutStatusDataSource_notDeployed(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs, func(o *sandbox.Options) { o.Empty = true })
	sb.Do(t, "POST", "/api/v1/models?org_id=demo", map[string]any{"name": phi, "framework": "gguf", "use_case": "text_generation"})
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{{
			Config: asked(sb, ""),
			ConfigStateChecks: append(tells(map[string]string{"status": "not deployed", "summary": "not deployed"}),
				statecheck.ExpectKnownValue(status, tfjsonpath.New("version"), knownvalue.Null())),
		}},
	})
}
