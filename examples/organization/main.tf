# A whole organization: what its devices run and may run, who may change it, and who watches. Try it on the sandbox:
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

# Address, key and organization come from OCTOMIL_API_URL, OCTOMIL_API_KEY and OCTOMIL_ORG_ID.
provider "octomil" {}
