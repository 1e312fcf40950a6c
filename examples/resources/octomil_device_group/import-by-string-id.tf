# By the id of the group, or by its name.
import {
  to = octomil_device_group.canary
  id = "canary"
}
