# By the ID or name of the model, and the version.
terraform import octomil_model_version.converted whisper-tiny/0.9.0
