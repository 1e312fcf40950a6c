# By the email address or the ID of the member.
terraform import octomil_org_member.ada ada@example.com
