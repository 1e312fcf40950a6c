list "octomil_model" "all" {
  provider = octomil
}

list "octomil_model" "speech" {
  provider = octomil

  config {
    framework = "pytorch"
    use_case  = "speech_to_text"
  }
}
