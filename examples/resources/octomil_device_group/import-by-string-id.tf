# By the ID or the name of the group.
import {
  to = octomil_device_group.canary
  id = "canary"
}
