// Package policy implements two resources over the settings of an organization: octomil_rollback_policy, the guardrails for rollouts
// and their automatic rollback, and octomil_org_settings, its security and compliance settings. It also has the data sources
// octomil_org_settings and octomil_compliance_presets.
//
// The API has one flat object of settings per organization. Each resource manages a section of it: a set of keys that no other
// section has. Only configured keys are managed. A write sends only keys that differ, and private state keeps the original value of
// each managed key, which a destroy restores.
//
// Start reading at section.go and the two sections in policy_resource.go and settings_resource.go. fields.go maps keys to attributes
// and compares them, binding.go converts a single value, write.go makes a change, originals.go restores it, and resource.go ties them
// to Terraform.
package policy
