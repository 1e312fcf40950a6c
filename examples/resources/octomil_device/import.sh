# By the device_identifier or the ID of the device.
terraform import octomil_device.lobby edge-000004
