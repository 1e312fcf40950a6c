data "octomil_api_keys" "all" {}

output "keys_that_can_roll_out" {
  value = [for key in data.octomil_api_keys.all.api_keys : key.name if contains(coalesce(key.scopes, []), "rollouts:write")]
}
