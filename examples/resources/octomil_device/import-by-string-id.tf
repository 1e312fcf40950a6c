# By the device_identifier or the ID of the device.
import {
  to = octomil_device.lobby
  id = "edge-000004"
}
