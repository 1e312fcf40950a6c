resource "octomil_org_member" "ada" {
  email = "ada@example.com"
  name  = "Ada Lovelace"
  role  = "admin"
}

# The role is "member" unless the configuration says otherwise.
resource "octomil_org_member" "grace" {
  email = "grace@example.com"
}
