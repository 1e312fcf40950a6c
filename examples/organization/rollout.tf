locals {
  pin = provider::octomil::newest_version([for v in octomil_model_version.assistant : v.version], var.constraint)
}

resource "octomil_model_deployment" "fleet" {
  model   = octomil_model.assistant.name
  version = octomil_model_version.assistant[local.pin].version

  depends_on = [octomil_rollback_policy.this]
}

# Our own phones run the next version first.
resource "octomil_model_deployment" "canary" {
  model   = octomil_model.assistant.name
  version = octomil_model_version.assistant["2.0.0"].version
  group   = octomil_device_group.canary.name

  depends_on = [octomil_device_group_members.canary, octomil_model_deployment.fleet]
}

# The limits at which the control plane rolls a version back automatically.
resource "octomil_rollback_policy" "this" {
  auto_rollback           = true
  error_threshold_percent = 3
  crash_threshold_percent = 0.5
  latency_p95_max         = "250ms"
}
