resource "octomil_device_group" "canary" {
  name        = "canary"
  description = "Phones of our own staff, which get each version first."
}

# All members of the group. A device that is not listed is removed from the group.
resource "octomil_device_group_members" "canary" {
  group_id = octomil_device_group.canary.id

  # Each device by its ID or its device_identifier, in any order.
  device_ids = [
    "phone-000001",
    "phone-000002",
    "phone-000003",
  ]
}
