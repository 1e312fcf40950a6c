# By the id of the group, or by its name.
terraform import octomil_device_group.canary canary
