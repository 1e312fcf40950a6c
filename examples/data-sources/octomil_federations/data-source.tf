data "octomil_federations" "all" {}

output "shared_models" {
  value = { for federation in data.octomil_federations.all.federations : federation.name => federation.models }
}
