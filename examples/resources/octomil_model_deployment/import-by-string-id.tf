import {
  to = octomil_model_deployment.fleet
  id = "phi-4-mini"
}
