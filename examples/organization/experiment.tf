# Compares two versions on large phones. The API cannot delete experiments, not even completed ones.
resource "octomil_experiment" "brevity" {
  name             = "brevity"
  description      = "Are the shorter answers of 2.0.0 better?"
  model            = octomil_model.assistant.name
  control          = "long"
  target_group_ids = [octomil_device_group.large_phones.id]
  primary_metric   = "task_success_rate"
  status           = "running"
  on_destroy       = "complete"

  variants = {
    long  = { model_version = octomil_model_version.assistant["1.0.0"].version, traffic_allocation = 50 }
    short = { model_version = octomil_model_version.assistant["2.0.0"].version, traffic_allocation = 50 }
  }
}

resource "octomil_federation" "clinics" {
  name                 = "clinics"
  description          = "Hospitals that train the assistant together"
  models               = [octomil_model.assistant.name]
  member_org_ids       = ["acme-hospital"]
  total_epsilon_budget = 8
  total_delta_budget   = 0.00001
}
