data "octomil_rollouts" "phi" {
  model = "phi-4-mini"
}

# When each version was rolled out, and which version it replaced.
output "timeline" {
  value = [
    for r in data.octomil_rollouts.phi.rollouts :
    "${r.created_at}: ${r.version} in place of ${coalesce(r.previous_version, "nothing")} (${r.status})"
  ]
}

# Only the rollouts that were rolled back, with the reasons.
data "octomil_rollouts" "rolled_back" {
  model  = "phi-4-mini"
  status = "rolled_back"
}

output "rolled_back" {
  value = { for r in data.octomil_rollouts.rolled_back.rollouts : r.id => "${r.version}: ${coalesce(r.reason, "no reason given")}" }
}
