data "octomil_rollout_status" "phi" {
  model = "phi-4-mini"
}

output "fleet" {
  value = "${data.octomil_rollout_status.phi.version}: ${data.octomil_rollout_status.phi.summary}"
}

# A failed check shows as a warning in each plan and apply until every device is updated.
check "every_device_is_updated" {
  assert {
    condition     = data.octomil_rollout_status.phi.devices_updated == data.octomil_rollout_status.phi.devices_total
    error_message = "Only ${data.octomil_rollout_status.phi.summary} run ${data.octomil_rollout_status.phi.version}."
  }
}
