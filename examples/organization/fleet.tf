data "octomil_devices" "android" {
  platform = "android"
  status   = "active"
}

resource "octomil_device_group" "canary" {
  name        = "canary"
  description = "Phones of our own staff, which get each version first."
  tags        = ["internal", "phones"]
}

resource "octomil_device_group_members" "canary" {
  group_id   = octomil_device_group.canary.id
  device_ids = slice(sort(data.octomil_devices.android.devices[*].id), 0, 10)
}

resource "octomil_device_group" "large_phones" {
  name       = "large-phones"
  group_type = "dynamic"

  rules = [
    { field = "platform", operator = "in", value = "ios,android" },
    { field = "ram_gb", operator = "gte", value = "8" },
  ]
}

resource "octomil_device" "lobby" {
  device_identifier = "edge-000004"
  name              = "Lobby display"
  labels            = { floor = "2" }
}
