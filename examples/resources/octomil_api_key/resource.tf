# A key for a pipeline that uploads versions and rolls them out.
resource "octomil_api_key" "pipeline" {
  name   = "pipeline"
  scopes = ["models:read", "models:write", "rollouts:read", "rollouts:write"]

  # A key with other scopes takes the place of this one before this one stops.
  lifecycle {
    create_before_destroy = true
  }
}

# A key that gets another secret whenever the text changes.
resource "octomil_api_key" "dashboard" {
  name        = "dashboard"
  scopes      = ["models:read", "devices:read"]
  rotate_when = "2026-11"
}

output "pipeline_key" {
  value     = octomil_api_key.pipeline.api_key
  sensitive = true
}
