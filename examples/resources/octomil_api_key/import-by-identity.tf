import {
  to = octomil_api_key.pipeline
  identity = {
    org_id = "demo"
    id     = "key_00000001"
  }
}
