# A group that is managed in another configuration.
data "octomil_device_group" "staging" {
  name = "staging"
}

output "staging_tags" {
  value = data.octomil_device_group.staging.tags
}
