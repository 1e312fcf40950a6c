# The deployment to the whole fleet: the model, by name or ID.
terraform import octomil_model_deployment.fleet phi-4-mini

# The deployment to a device group: model and group, each by name or ID.
terraform import octomil_model_deployment.staging phi-4-mini/staging
