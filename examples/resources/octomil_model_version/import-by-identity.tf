import {
  to = octomil_model_version.converted
  identity = {
    org_id   = "demo"
    model_id = "mdl_00000002"
    version  = "0.9.0"
  }
}
