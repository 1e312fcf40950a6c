import {
  to = octomil_model_deployment.fleet
  identity = {
    org_id   = "demo"
    model_id = "mdl_00000001"
  }
}

# The identity of a deployment to a device group includes the ID of the group.
import {
  to = octomil_model_deployment.staging
  identity = {
    org_id   = "demo"
    model_id = "mdl_00000001"
    group_id = "grp_00000001"
  }
}
