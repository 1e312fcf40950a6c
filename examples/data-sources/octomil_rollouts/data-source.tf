data "octomil_rollouts" "phi" {
  model = "phi-4-mini"
}

# When each version came, and what it took the place of.
output "timeline" {
  value = [
    for r in data.octomil_rollouts.phi.rollouts :
    "${r.created_at}: ${r.version} in the place of ${coalesce(r.previous_version, "nothing")} (${r.status})"
  ]
}

# Only what was taken back, with the reasons.
data "octomil_rollouts" "taken_back" {
  model  = "phi-4-mini"
  status = "rolled_back"
}

output "taken_back" {
  value = { for r in data.octomil_rollouts.taken_back.rollouts : r.id => "${r.version}: ${coalesce(r.reason, "nobody said why")}" }
}
