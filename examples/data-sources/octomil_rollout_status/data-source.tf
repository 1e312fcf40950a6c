data "octomil_rollout_status" "phi" {
  model = "phi-4-mini"
}

output "fleet" {
  value = "${data.octomil_rollout_status.phi.version}: ${data.octomil_rollout_status.phi.summary}"
}

# A failed check is a warning of each plan and apply for as long as a device is behind.
check "every_device_is_updated" {
  assert {
    condition     = data.octomil_rollout_status.phi.devices_updated == data.octomil_rollout_status.phi.devices_total
    error_message = "Only ${data.octomil_rollout_status.phi.summary} run ${data.octomil_rollout_status.phi.version}."
  }
}
