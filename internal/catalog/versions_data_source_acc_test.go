package catalog_test

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

const versionsOf = "data.octomil_model_versions.of"

func TestAccModelVersions_dataSource(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		sb := acctest.Start(t, func(o *sandbox.Options) { o.Dialect = dialect })
		sb.Do(t, "POST", "/api/v1/models/phi-4-mini/versions/2.0.0/deprecate", map[string]any{})
		version := func(number, status string, deployed bool) knownvalue.Check {
			return knownvalue.ObjectPartial(map[string]knownvalue.Check{
				"version":    knownvalue.StringExact(number),
				"status":     knownvalue.StringExact(status),
				"deployed":   knownvalue.Bool(deployed),
				"size_bytes": knownvalue.NotNull(),
				"created_at": knownvalue.NotNull(),
			})
		}
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProviderFactories(),
			Steps: []resource.TestStep{
				{
					Config: sb.Provider() + `data "octomil_model_versions" "of" { model = "phi-4-mini" }`,
					ConfigStateChecks: []statecheck.StateCheck{
						statecheck.ExpectKnownValue(versionsOf, tfjsonpath.New("model_id"), knownvalue.NotNull()),
						statecheck.ExpectKnownValue(versionsOf, tfjsonpath.New("versions"), knownvalue.ListExact([]knownvalue.Check{
							version("2.0.0", "deprecated", false), version("1.0.0", "published", true), version("0.9.0", "published", true),
						})),
					},
				},
				{
					Config: sb.Provider() + `data "octomil_model_versions" "of" {
						model  = "phi-4-mini"
						status = "deprecated"
					}`,
					ConfigStateChecks: []statecheck.StateCheck{
						statecheck.ExpectKnownValue(versionsOf, tfjsonpath.New("versions"), knownvalue.ListExact([]knownvalue.Check{
							version("2.0.0", "deprecated", false),
						})),
					},
				},
			},
		})
	})
}

func TestAccModelVersions_unknownModel(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		sb := acctest.Start(t, func(o *sandbox.Options) { o.Dialect = dialect })
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.ProviderFactories(),
			Steps: []resource.TestStep{{
				Config:      sb.Provider() + `data "octomil_model_versions" "of" { model = "phi-4-mni" }`,
				ExpectError: regexp.MustCompile(`(?s)There is no model "phi-4-mni".*model += "phi-4-mni".*Closest\s+matches:\s+.phi-4-mini.`),
			}},
		})
	})
}

// An error of the server does not mean that the model is unknown.
func TestAccModelVersions_serverError(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	sb.AddKey("devices-only", "devices:read")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.ProviderFactories(),
		Steps: []resource.TestStep{{
			Config: `
				provider "octomil" {
					api_url = "` + sb.URL + `"
					api_key = "devices-only"
					org_id  = "demo"
				}
				data "octomil_model_versions" "of" { model = "phi-4-mini" }`,
			ExpectError: regexp.MustCompile(`(?s)Could not find the model "phi-4-mini".*403.*request.*scope`),
		}},
	})
}
