# By the ID of the key, or by its name if the name is unique.
import {
  to = octomil_api_key.pipeline
  id = "pipeline"
}
