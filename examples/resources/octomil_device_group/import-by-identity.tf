import {
  to = octomil_device_group.canary
  identity = {
    org_id = "demo"
    id     = "grp_00000002"
  }
}
