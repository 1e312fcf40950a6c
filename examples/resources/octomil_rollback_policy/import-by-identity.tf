import {
  to = octomil_rollback_policy.this
  identity = {
    org_id = "demo"
  }
}
