# Advance by one step of the size that the rollout was started with: terraform apply -invoke=action.octomil_rollout_advance.step
action "octomil_rollout_advance" "step" {
  config {
    model = "phi-4-mini"
  }
}

# Advance to every device, and wait until all of them run the version.
action "octomil_rollout_advance" "everyone" {
  config {
    model      = "phi-4-mini"
    percentage = 100
    reason     = "a week without complaints"
    timeout    = "2h"
  }
}
