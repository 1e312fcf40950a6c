import {
  to = octomil_experiment.speed
  identity = {
    org_id = "demo"
    id     = "exp_00000001"
  }
}
