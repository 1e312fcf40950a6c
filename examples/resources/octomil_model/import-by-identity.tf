import {
  to = octomil_model.speech
  identity = {
    org_id = "demo"
    id     = "mdl_00000002"
  }
}
