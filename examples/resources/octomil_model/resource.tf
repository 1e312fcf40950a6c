resource "octomil_model" "speech" {
  name        = "whisper-tiny"
  description = "Turns speech into text on phones."
  framework   = "pytorch"
  use_case    = "speech_to_text"

  model_contract = jsonencode({
    inputs  = ["audio/pcm"]
    outputs = ["text"]
  })

  # The default. To delete the model with all its versions, set this to false and apply first.
  deletion_protection = true
}
