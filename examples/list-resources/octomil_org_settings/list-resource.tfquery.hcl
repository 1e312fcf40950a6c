# Each organization has exactly one.
list "octomil_org_settings" "this" {
  provider = octomil
}
