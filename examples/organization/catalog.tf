resource "octomil_model" "assistant" {
  name                = "assistant"
  description         = "Answers questions about our products."
  framework           = "onnx"
  use_case            = "text_generation"
  deletion_protection = var.protected
}

# Each file in models/ is a version. Keep the older versions, because a rollback needs them.
resource "octomil_model_version" "assistant" {
  for_each = toset(["1.0.0", "1.1.0", "2.0.0"])

  model_id   = octomil_model.assistant.id
  version    = each.key
  source     = "${path.module}/models/assistant-${each.key}.onnx"
  published  = true
  on_destroy = "keep" # deleting the model also deletes its versions
}
