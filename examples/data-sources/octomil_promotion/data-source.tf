# From the device group staging to the fleet. The candidate, the group and the time come from the deployment to it, through a local value:
#
#   locals {
#     staging = octomil_model_deployment.staging
#   }
data "octomil_promotion" "to_fleet" {
  model            = "phi-4-mini"
  candidate        = "2.0.0"                # local.staging.version
  from_group       = "staging"              # local.staging.group
  from_group_since = "2026-11-24T16:00:02Z" # local.staging.version_since
  bake             = "24h"
}

# From 10 percent of the fleet to a device group.
data "octomil_promotion" "to_staging" {
  model           = "phi-4-mini"
  candidate       = "2.0.0"
  from_percentage = 10
  bake            = "24h"
  group           = "staging"
}

# A deployment takes its version from it: version = data.octomil_promotion.to_fleet.version
output "promotions" {
  value = {
    fleet   = "${data.octomil_promotion.to_fleet.version}: ${data.octomil_promotion.to_fleet.reason}"
    staging = "${data.octomil_promotion.to_staging.version}: ${data.octomil_promotion.to_staging.reason}"
  }
}
