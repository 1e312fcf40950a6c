data "octomil_compliance_presets" "all" {}

locals {
  presets = { for preset in data.octomil_compliance_presets.all.presets : preset.name => preset }
}

output "hipaa_audit_retention_days" {
  value = local.presets["hipaa"].audit_retention_days
}
