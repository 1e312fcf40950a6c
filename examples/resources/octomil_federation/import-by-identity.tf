import {
  to = octomil_federation.clinics
  identity = {
    org_id = "demo"
    id     = "fed_00000001"
  }
}
