# An organization has one.
list "octomil_org_settings" "this" {
  provider = octomil
}
