terraform {
  required_providers {
    octomil = {
      source = "octomil/octomil"
    }
  }
}

# The key comes from OCTOMIL_API_KEY, or from what `octomil login` has written.
provider "octomil" {}

resource "octomil_model_deployment" "phi" {
  model   = "phi-4-mini"
  version = "1.0.0" # the pin
}
