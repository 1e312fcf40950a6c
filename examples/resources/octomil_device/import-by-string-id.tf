# By what the device calls itself, or by its id.
import {
  to = octomil_device.lobby
  id = "edge-000004"
}
