# By the ID or the name of the model.
terraform import octomil_model.speech whisper-tiny
