# The guardrails of the organization that the provider is configured for. Settings that are not listed here are not changed.
resource "octomil_rollback_policy" "this" {
  auto_rollback           = true
  error_threshold_percent = 3
  crash_threshold_percent = 0.5
  latency_p95_max         = "250ms"

  quality_gate = {
    require_eval = true
    min_accuracy = 0.92
  }

  rollout_limits = {
    min_duration     = "30m"
    max_step_percent = 25
  }

  device_limits = {
    min_os_version = { ios = "17.0", android = "14" }
    min_memory_gb  = 4
  }
}
