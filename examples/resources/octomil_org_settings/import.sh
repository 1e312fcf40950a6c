# By the id of the organization.
terraform import octomil_org_settings.this demo
