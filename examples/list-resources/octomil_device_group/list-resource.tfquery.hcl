list "octomil_device_group" "all" {
  provider = octomil
}

list "octomil_device_group" "dynamic" {
  provider = octomil

  config {
    group_type = "dynamic"
  }
}
