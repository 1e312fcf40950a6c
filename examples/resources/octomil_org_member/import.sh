# By the e-mail address, or by the id of the member.
terraform import octomil_org_member.ada ada@example.com
