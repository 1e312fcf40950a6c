# What is deployed to the whole fleet.
list "octomil_model_deployment" "fleet" {
  provider = octomil
}

# What the members of a group are assigned.
list "octomil_model_deployment" "staging" {
  provider = octomil

  config {
    group = "staging"
  }
}
