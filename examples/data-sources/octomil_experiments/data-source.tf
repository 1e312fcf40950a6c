data "octomil_experiments" "running" {
  status = "running"
}

output "compared_versions" {
  value = {
    for experiment in data.octomil_experiments.running.experiments :
    experiment.name => [for variant in experiment.variants : variant.model_version]
  }
}
