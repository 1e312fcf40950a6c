terraform {
  required_providers {
    octomil = {
      source = "octomil/octomil"
    }
  }
}

# The address, key and organization are read from OCTOMIL_API_URL, OCTOMIL_API_KEY and OCTOMIL_ORG_ID.
provider "octomil" {
  poll_interval = "200ms" # a simulated fleet updates within seconds
}

resource "octomil_model_deployment" "phi" {
  model   = "phi-4-mini"
  version = "2.0.0"
}

data "octomil_rollout_status" "phi" {
  model = octomil_model_deployment.phi.model

  depends_on = [octomil_model_deployment.phi]
}

output "fleet" {
  value = data.octomil_rollout_status.phi.summary
}
