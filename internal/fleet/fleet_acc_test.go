package fleet_test

import (
	"regexp"
	"testing"

	acc "github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// CONTRACT.md 5.51
func TestAccDeviceAndGroup_dataSources(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		sb := acctest.Start(t, func(o *sandbox.Options) { o.Dialect = dialect })
		acc.UnitTest(t, acc.TestCase{
			ProtoV6ProviderFactories: acctest.ProviderFactories(),
			Steps: []acc.TestStep{
				{
					Config: sb.Provider() + `
data "octomil_device" "lobby" { device_identifier = "edge-000004" }
data "octomil_devices" "linux" { platform = "linux" }
data "octomil_devices" "none" { status = "archived" }
data "octomil_device_group" "staging" { name = "staging" }
data "octomil_device_groups" "all" {}
data "octomil_device_groups" "dynamic" { group_type = "dynamic" }`,
					Check: acc.ComposeAggregateTestCheckFunc(
						acc.TestCheckResourceAttr("data.octomil_device.lobby", "platform", "linux"),
						acc.TestCheckResourceAttr("data.octomil_device.lobby", "total_memory_mb", "8192"),
						acc.TestCheckNoResourceAttr("data.octomil_device.lobby", "on_destroy"),
						acc.TestCheckResourceAttr("data.octomil_devices.linux", "devices.#", "41"),
						acc.TestCheckResourceAttr("data.octomil_devices.linux", "devices.0.device_identifier", "edge-000004"),
						acc.TestCheckResourceAttr("data.octomil_devices.none", "devices.#", "0"),
						acc.TestCheckResourceAttr("data.octomil_device_group.staging", "group_type", "static"),
						acc.TestCheckResourceAttr("data.octomil_device_groups.all", "device_groups.0.name", "staging"),
						acc.TestCheckResourceAttr("data.octomil_device_groups.dynamic", "device_groups.#", "0"),
					),
				},
				{
					Config:      sb.Provider() + `data "octomil_device_group" "other" { name = "stagin" }`,
					ExpectError: regexp.MustCompile(`(?s)No device group of this organization has the ID or the name "stagin".*Closest\s+matches: .staging.`),
				},
			},
		})
	})
}
