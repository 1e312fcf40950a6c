// Package policy is the organization's settings in two parts, each with its own keys: octomil_rollback_policy, the guardrails for
// rollouts and their automatic rollback, and octomil_org_settings, who may do what for how long.
package policy
