list "octomil_rollback_policy" "this" {
  provider = octomil
}
