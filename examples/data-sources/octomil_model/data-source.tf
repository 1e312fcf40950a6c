data "octomil_model" "phi" {
  name = "phi-4-mini"
}

output "framework_of_phi" {
  value = data.octomil_model.phi.framework
}
