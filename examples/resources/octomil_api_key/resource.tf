# A key for a pipeline that uploads versions and rolls them out. A plan counts the devices (devices:read) and respects the
# organization's policy (settings:read).
resource "octomil_api_key" "pipeline" {
  name   = "pipeline"
  scopes = ["models:read", "models:write", "rollouts:read", "rollouts:write", "devices:read", "settings:read"]

  # If the scopes change, create the new key before the old key is revoked.
  lifecycle {
    create_before_destroy = true
  }
}

# Changing rotate_when rotates the key, which then has a new secret.
resource "octomil_api_key" "dashboard" {
  name        = "dashboard"
  scopes      = ["models:read", "devices:read"]
  rotate_when = "2026-11"
}

output "pipeline_key" {
  value     = octomil_api_key.pipeline.api_key
  sensitive = true
}
