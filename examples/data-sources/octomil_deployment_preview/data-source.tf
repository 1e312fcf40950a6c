variable "version_wanted" {
  type    = string
  default = "2.0.0"
}

data "octomil_deployment_preview" "phi" {
  model      = "phi-4-mini"
  version    = var.version_wanted
  percentage = 40
}

output "what_would_happen" {
  value = "${data.octomil_deployment_preview.phi.operation} on ${coalesce(data.octomil_deployment_preview.phi.devices, "an unknown number of")} devices"
}

# A failed check shows as a warning in the plan.
check "no_rollout_in_progress" {
  assert {
    condition     = data.octomil_deployment_preview.phi.cancels == null
    error_message = "Deploying ${var.version_wanted} would cancel a rollout in progress."
  }
}
