import {
  to = octomil_org_member.ada
  identity = {
    org_id = "demo"
    id     = "usr_00000001"
  }
}
