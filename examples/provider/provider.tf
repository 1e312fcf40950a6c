terraform {
  required_providers {
    octomil = {
      source  = "octomil/octomil"
      version = "~> 0.1"
    }
  }
}

# The key is read from OCTOMIL_API_KEY, or from the files that `octomil login` writes.
provider "octomil" {}

resource "octomil_model_deployment" "phi" {
  model   = "phi-4-mini"
  version = "1.0.0" # the pin
}
