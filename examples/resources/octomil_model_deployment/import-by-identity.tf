import {
  to = octomil_model_deployment.fleet
  identity = {
    org_id   = "demo"
    model_id = "mdl_00000001"
  }
}

# A deployment to a device group has the group's id, too.
import {
  to = octomil_model_deployment.staging
  identity = {
    org_id   = "demo"
    model_id = "mdl_00000001"
    group_id = "grp_00000001"
  }
}
