# By the id of the model, or by its name.
terraform import octomil_model.speech whisper-tiny
