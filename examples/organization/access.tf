resource "octomil_org_settings" "this" {
  audit_retention_days    = 365
  require_mfa_for_admin   = true
  session_duration_hours  = 12
  reauth_interval_minutes = 60
}

resource "octomil_org_member" "oncall" {
  email = "oncall@example.com"
  role  = "member"
}

# The key of the application on the devices, which can only register devices. Changing rotate_when rotates its secret.
resource "octomil_api_key" "app" {
  name        = "app"
  scopes      = ["devices:read", "devices:write"]
  rotate_when = "2026-11"
}

output "app_key" {
  value     = octomil_api_key.app.api_key
  sensitive = true
}
