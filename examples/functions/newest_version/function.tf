data "octomil_model_versions" "phi" {
  model  = "phi-4-mini"
  status = "published"
}

# The newest published 1.x version.
resource "octomil_model_deployment" "newest" {
  model   = "phi-4-mini"
  version = provider::octomil::newest_version(data.octomil_model_versions.phi.versions[*].version, "~> 1.0")
}
