# By the model, its id or its name, and the version.
import {
  to = octomil_model_version.converted
  id = "whisper-tiny/0.9.0"
}
