variable "pin" {
  type    = string
  default = "1.0.0"

  validation {
    condition     = provider::octomil::compare_versions(var.pin, "1.0.0") >= 0
    error_message = "Versions before 1.0.0 cannot read the new prompts: pin 1.0.0 or newer."
  }
}
