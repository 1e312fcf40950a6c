list "octomil_model_version" "speech" {
  provider = octomil

  config {
    model = "whisper-tiny"
  }
}

list "octomil_model_version" "published" {
  provider = octomil

  config {
    model  = "whisper-tiny"
    status = "published"
  }
}
