data "octomil_model_versions" "phi" {
  model  = "phi-4-mini"
  status = "published"
}

# The versions that octomil_model_deployment can roll back to.
output "rollback_candidates" {
  value = [for v in data.octomil_model_versions.phi.versions : v.version if v.deployed]
}
