data "octomil_models" "text" {
  use_case = "text_generation"
}

output "text_models" {
  value = data.octomil_models.text.models[*].name
}
