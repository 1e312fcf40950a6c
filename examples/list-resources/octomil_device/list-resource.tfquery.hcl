list "octomil_device" "ios" {
  provider = octomil

  config {
    platform = "ios"
    status   = "active"
  }
}
