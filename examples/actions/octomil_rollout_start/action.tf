# terraform apply -invoke=action.octomil_rollout_start.phi
action "octomil_rollout_start" "phi" {
  config {
    model = "phi-4-mini"
  }
}
