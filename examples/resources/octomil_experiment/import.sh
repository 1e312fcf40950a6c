# By the id of the experiment, or by its name.
terraform import octomil_experiment.speed phi-speed
