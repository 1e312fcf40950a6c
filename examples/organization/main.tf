# A whole organization: its models, deployments, limits, members and monitoring. To try it in the sandbox:
#
#     terraform-provider-octomil sandbox
#     export OCTOMIL_API_URL=http://127.0.0.1:8787 OCTOMIL_API_KEY=sandbox OCTOMIL_ORG_ID=demo
#     terraform apply
terraform {
  required_version = ">= 1.11"

  required_providers {
    octomil = {
      source = "octomil/octomil"
    }
  }
}

# The address, key and organization are read from OCTOMIL_API_URL, OCTOMIL_API_KEY and OCTOMIL_ORG_ID.
provider "octomil" {}
