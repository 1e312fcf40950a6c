# By the ID of the organization.
terraform import octomil_org_settings.this demo
