data "octomil_log_integrations" "all" {}

output "log_destinations" {
  value = data.octomil_log_integrations.all.log_integrations[*].endpoint_url
}
