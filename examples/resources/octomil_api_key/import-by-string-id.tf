# By the id of the key, or by its name if no other key has it.
import {
  to = octomil_api_key.pipeline
  id = "pipeline"
}
