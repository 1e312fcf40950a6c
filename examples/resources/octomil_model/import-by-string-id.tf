# By the id of the model, or by its name.
import {
  to = octomil_model.speech
  id = "whisper-tiny"
}
