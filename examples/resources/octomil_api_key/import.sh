# By the id of the key, or by its name if no other key has it.
terraform import octomil_api_key.pipeline pipeline
