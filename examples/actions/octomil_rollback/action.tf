# In an incident: terraform apply -invoke=action.octomil_rollback.fleet
action "octomil_rollback" "fleet" {
  config {
    model  = "phi-4-mini"
    reason = "INC-4711: answers are cut off"
  }
}

# For a group, to_version is required.
action "octomil_rollback" "staging" {
  config {
    model      = "phi-4-mini"
    group      = "staging"
    to_version = "0.9.0"
    timeout    = "10m"
  }
}
