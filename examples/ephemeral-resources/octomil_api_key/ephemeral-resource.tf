# A key that may do no more than this configuration needs, and that is revoked when Terraform ends.
ephemeral "octomil_api_key" "groups" {
  name   = "terraform-groups"
  scopes = ["devices:read", "devices:write"]
}

provider "octomil" {
  alias   = "groups"
  api_key = ephemeral.octomil_api_key.groups.api_key
}

resource "octomil_device_group" "beta" {
  provider = octomil.groups
  name     = "beta"
}
