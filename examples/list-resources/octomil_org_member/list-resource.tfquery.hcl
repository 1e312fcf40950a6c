list "octomil_org_member" "admins" {
  provider = octomil

  config {
    role = "admin"
  }
}

# Members who have not accepted the invitation yet.
list "octomil_org_member" "invited" {
  provider = octomil

  config {
    status = "pending"
  }
}
