# In an incident: terraform apply -invoke=action.octomil_rollback.fleet
action "octomil_rollback" "fleet" {
  config {
    model  = "phi-4-mini"
    reason = "INC-4711: answers are cut off"
  }
}

# Of a group, the version to go back to has to be named.
action "octomil_rollback" "staging" {
  config {
    model      = "phi-4-mini"
    group      = "staging"
    to_version = "0.9.0"
    timeout    = "10m"
  }
}
