# By the ID or name of the model, and the version.
import {
  to = octomil_model_version.converted
  id = "whisper-tiny/0.9.0"
}
