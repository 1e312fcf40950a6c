# A key with only the scopes that this configuration needs. It is revoked at the end of the Terraform run.
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
