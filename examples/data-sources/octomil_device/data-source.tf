data "octomil_device" "lobby" {
  device_identifier = "edge-000004"
}

output "lobby_labels" {
  value = data.octomil_device.lobby.labels
}
