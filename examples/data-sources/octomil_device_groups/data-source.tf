data "octomil_device_groups" "dynamic" {
  group_type = "dynamic"
}

output "dynamic_groups" {
  value = data.octomil_device_groups.dynamic.device_groups[*].name
}
