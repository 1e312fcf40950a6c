# By the ID or the name of the experiment.
import {
  to = octomil_experiment.speed
  id = "phi-speed"
}
