# By the ID of the organization.
import {
  to = octomil_org_settings.this
  id = "demo"
}
