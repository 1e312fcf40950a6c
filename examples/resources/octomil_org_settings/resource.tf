# The settings of the organization that the provider is configured for. Settings that are not listed here are not changed.
resource "octomil_org_settings" "this" {
  audit_retention_days    = 365
  require_mfa_for_admin   = true
  require_model_approval  = true
  session_duration_hours  = 8
  reauth_interval_minutes = 30
}
