variable "constraint" {
  description = "Which versions of the assistant the fleet may run: the newest one that fits is rolled out. A narrower constraint rolls back."
  type        = string
  default     = "~> 1.0"
}

variable "protected" {
  description = "Whether the model may not be deleted. Set it to false, and apply, before a destroy."
  type        = bool
  default     = true
}

variable "monitoring_key" {
  description = "The key of the monitoring system. It is written to the control plane only, never to the state."
  type        = string
  default     = "not-a-real-key"
  ephemeral   = true
}
