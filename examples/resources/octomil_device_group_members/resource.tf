resource "octomil_device_group" "canary" {
  name        = "canary"
  description = "Phones of our own staff, which get each version first."
}

# All members of the group: whoever is not listed leaves it.
resource "octomil_device_group_members" "canary" {
  group_id = octomil_device_group.canary.id

  # Each by its id or by its device_identifier, in any order.
  device_ids = [
    "phone-000001",
    "phone-000002",
    "phone-000003",
  ]
}
