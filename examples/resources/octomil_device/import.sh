# By what the device calls itself, or by its id.
terraform import octomil_device.lobby edge-000004
