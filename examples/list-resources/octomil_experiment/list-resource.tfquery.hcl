list "octomil_experiment" "all" {
  provider = octomil
}

list "octomil_experiment" "running" {
  provider = octomil

  config {
    status = "running"
  }
}
