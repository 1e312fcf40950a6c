# By the ID or the name of the model.
import {
  to = octomil_model.speech
  id = "whisper-tiny"
}
