import {
  to = octomil_org_settings.this
  identity = {
    org_id = "demo"
  }
}
