list "octomil_api_key" "all" {
  provider = octomil
}

list "octomil_api_key" "pipeline" {
  provider = octomil

  config {
    name = "pipeline"
  }
}
