data "octomil_device_group" "staging" {
  name = "staging"
}

# Half of the devices in the group receive the new version. When the result is clear, set status to "completed", which is final.
resource "octomil_experiment" "speed" {
  name             = "phi-speed"
  description      = "Is 2.0.0 faster than 1.0.0?"
  model            = "phi-4-mini"
  control          = "old"
  target_group_ids = [data.octomil_device_group.staging.id]
  primary_metric   = "latency_p95_ms"
  status           = "running"

  variants = {
    old = { model_version = "1.0.0", traffic_allocation = 50 }
    new = { model_version = "2.0.0", traffic_allocation = 50 }
  }
}
