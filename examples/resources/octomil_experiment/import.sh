# By the ID or the name of the experiment.
terraform import octomil_experiment.speed phi-speed
