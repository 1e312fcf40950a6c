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

# The file is uploaded, and uploaded again only if its content changes.
resource "octomil_model_version" "speech_1_0" {
  model_id  = octomil_model.speech.id
  version   = "1.0.0"
  source    = "${path.module}/whisper-tiny-1.0.0.onnx"
  published = true
}

# Add a new resource for each release and keep the older versions, which a rollback needs.
resource "octomil_model_version" "speech_1_1" {
  model_id  = octomil_model.speech.id
  version   = "1.1.0"
  source    = "${path.module}/whisper-tiny-1.1.0.onnx"
  published = true
}

# An artifact that already exists in the server's storage is registered.
resource "octomil_model_version" "converted" {
  model_id     = octomil_model.speech.id
  version      = "0.9.0"
  storage_path = "models/whisper-tiny/0.9.0/model.tflite"
  format       = "tflite"
  checksum     = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
  size_bytes   = 41943040
  description  = "Converted from the checkpoint of March."

  metrics = {
    word_error_rate = 0.118
  }
}

# The server imports a repository of Hugging Face. With `reference_only = false` it stores a copy.
resource "octomil_model_version" "distilled" {
  model_id = octomil_model.speech.id
  version  = "1.2.0"

  huggingface = {
    repo_id        = "distil-whisper/distil-small.en"
    reference_only = false
  }
}
