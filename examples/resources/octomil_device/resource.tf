# A device registers itself. Terraform manages its name, labels and status. The API cannot delete a device: a destroy leaves it
# unchanged, or takes it out of service with on_destroy = "archive".
resource "octomil_device" "lobby" {
  device_identifier = "edge-000004"
  name              = "Lobby display"

  labels = {
    floor = "2"
    wing  = "west"
  }
}
