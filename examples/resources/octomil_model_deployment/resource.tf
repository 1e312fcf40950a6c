# The whole fleet. Raising the version rolls it out; pinning an older one again is a rollback of every device, at once.
resource "octomil_model_deployment" "fleet" {
  model   = "phi-4-mini"
  version = "1.0.0"
}

# One device group, which keeps a version of its own: at first half of its devices. Raise the percentage to go on.
resource "octomil_model_deployment" "staging" {
  model   = "phi-4-mini"
  version = "2.0.0"
  group   = "staging"

  rollout = {
    percentage = 50
  }

  reason = "answers in German are better"

  timeouts = {
    create = "45m"
    update = "45m"
  }
}
