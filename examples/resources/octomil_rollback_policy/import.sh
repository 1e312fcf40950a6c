# By the ID of the organization.
terraform import octomil_rollback_policy.this demo
