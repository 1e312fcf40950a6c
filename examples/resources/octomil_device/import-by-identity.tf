import {
  to = octomil_device.lobby
  identity = {
    org_id = "demo"
    id     = "dev_00000004"
  }
}
