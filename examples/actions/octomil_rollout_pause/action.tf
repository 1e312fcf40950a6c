# terraform apply -invoke=action.octomil_rollout_pause.phi
action "octomil_rollout_pause" "phi" {
  config {
    model = "phi-4-mini"
  }
}
