# By the model, its id or its name, and the version.
terraform import octomil_model_version.converted whisper-tiny/0.9.0
