resource "octomil_model_deployment" "staging" {
  model   = "phi-4-mini"
  version = "2.0.0"
  group   = "staging"
}

# The local value lets Terraform read the data source in the plan, also when the deployment to staging changes.
locals {
  staging = octomil_model_deployment.staging
}

data "octomil_promotion" "phi" {
  model            = "phi-4-mini"
  candidate        = local.staging.version
  from_group       = local.staging.group
  from_group_since = local.staging.version_since
  bake             = "24h"
}

resource "octomil_model_deployment" "fleet" {
  model   = "phi-4-mini"
  version = data.octomil_promotion.phi.version
}

output "promotion" {
  value = data.octomil_promotion.phi.reason
}
