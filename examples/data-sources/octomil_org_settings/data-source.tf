data "octomil_org_settings" "this" {}

output "audit_retention_days" {
  value = data.octomil_org_settings.this.audit_retention_days
}
