resource "octomil_federation" "clinics" {
  name                 = "clinics"
  description          = "Hospitals that train together"
  models               = ["phi-4-mini"]
  member_org_ids       = ["acme-hospital"]
  total_epsilon_budget = 8
  total_delta_budget   = 0.00001
}
