list "octomil_device_group_members" "all" {
  provider = octomil
}
