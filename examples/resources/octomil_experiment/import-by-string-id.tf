# By the id of the experiment, or by its name.
import {
  to = octomil_experiment.speed
  id = "phi-speed"
}
