# By the ID of the organization.
import {
  to = octomil_rollback_policy.this
  id = "demo"
}
