# Use octomil_device_group_members to manage the members of a static group.
resource "octomil_device_group" "canary" {
  name        = "canary"
  description = "Phones of our own staff, which get each version first."
  tags        = ["internal", "phones"]
}

# The members of a dynamic group are the devices that match all of its rules.
resource "octomil_device_group" "large_phones" {
  name       = "large-phones"
  group_type = "dynamic"

  rules = [
    { field = "platform", operator = "in", value = "ios,android" },
    { field = "ram_gb", operator = "gte", value = "8" },
  ]
}
