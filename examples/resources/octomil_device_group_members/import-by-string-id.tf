# By the ID or the name of the group.
import {
  to = octomil_device_group_members.canary
  id = "canary"
}
