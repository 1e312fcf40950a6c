# The whole fleet. A newer version is rolled out. An older version that was deployed before is a rollback of every device.
resource "octomil_model_deployment" "fleet" {
  model   = "phi-4-mini"
  version = "1.0.0"
}

# One device group with its own version, on half of its devices at first. Increase the percentage to continue.
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
