// Package catalog manages the organization's registry: models (octomil_model) and their versions (octomil_model_version). The data
// sources are octomil_model, octomil_models and octomil_model_versions.
//
// Both resources are descriptions that internal/resourcekit turns into resources, list resources and data sources; internal/control
// makes the requests. Start with model_resource.go and version_resource.go: they name the function behind every operation.
//
// Deleting a model deletes all its versions, so deletion protection is checked in the plan (model_plan.go) and again in the delete.
// A version is either uploaded from a file or registered (version_validate.go). Its plan hashes the file and rejects what cannot be
// undone (version_plan.go). The contracts of a model are compared as JSON values (json.go).
package catalog
