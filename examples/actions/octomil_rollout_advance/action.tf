# One step of the size that the rollout was started with: terraform apply -invoke=action.octomil_rollout_advance.step
action "octomil_rollout_advance" "step" {
  config {
    model = "phi-4-mini"
  }
}

# Every device, and an end once all of them have it.
action "octomil_rollout_advance" "everyone" {
  config {
    model      = "phi-4-mini"
    percentage = 100
    reason     = "a week without complaints"
    timeout    = "2h"
  }
}
