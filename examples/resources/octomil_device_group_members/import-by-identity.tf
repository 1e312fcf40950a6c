import {
  to = octomil_device_group_members.canary
  identity = {
    org_id   = "demo"
    group_id = "grp_00000002"
  }
}
