# By the ID of the key, or by its name if the name is unique.
terraform import octomil_api_key.pipeline pipeline
