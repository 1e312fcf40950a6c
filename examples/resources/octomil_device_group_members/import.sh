# By the ID or the name of the group.
terraform import octomil_device_group_members.canary canary
