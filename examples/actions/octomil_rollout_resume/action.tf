# terraform apply -invoke=action.octomil_rollout_resume.phi
action "octomil_rollout_resume" "phi" {
  config {
    model = "phi-4-mini"
  }
}
