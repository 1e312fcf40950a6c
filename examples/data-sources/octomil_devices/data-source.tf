# All active devices of a platform, for example to make them members of a static group.
data "octomil_devices" "linux" {
  platform = "linux"
  status   = "active"
}

output "linux_devices" {
  value = data.octomil_devices.linux.devices[*].id
}
