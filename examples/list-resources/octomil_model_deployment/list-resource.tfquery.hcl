# Deployments to the whole fleet.
list "octomil_model_deployment" "fleet" {
  provider = octomil
}

# Deployments to a device group.
list "octomil_model_deployment" "staging" {
  provider = octomil

  config {
    group = "staging"
  }
}
