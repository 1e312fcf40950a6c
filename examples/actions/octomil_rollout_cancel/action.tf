# terraform apply -invoke=action.octomil_rollout_cancel.phi
action "octomil_rollout_cancel" "phi" {
  config {
    model = "phi-4-mini"
  }
}
