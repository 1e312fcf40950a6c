resource "octomil_org_member" "ada" {
  email = "ada@example.com"
  name  = "Ada Lovelace"
  role  = "admin"
}

# The role defaults to "member".
resource "octomil_org_member" "grace" {
  email = "grace@example.com"
}
