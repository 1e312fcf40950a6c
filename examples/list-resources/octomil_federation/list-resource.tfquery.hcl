list "octomil_federation" "all" {
  provider = octomil
}
