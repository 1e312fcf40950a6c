# All devices of a platform, for example as the members of a static group.
data "octomil_devices" "linux" {
  platform = "linux"
  status   = "active"
}

output "linux_devices" {
  value = data.octomil_devices.linux.devices[*].id
}
