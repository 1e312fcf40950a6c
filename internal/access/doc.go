// Package access manages access to an organization: API keys (octomil_api_key, as a resource and as an ephemeral resource) and
// members (octomil_org_member). The data sources are octomil_api_keys, which has no secrets, and octomil_org_members.
//
// Both resources are descriptions that internal/resourcekit turns into resources, list resources and data sources; internal/control makes the
// requests. Start with key_resource.go and member_resource.go: they name the function behind every operation.
//
// Two limits of the API shape the package. The API returns the secret of a key only when it creates or rotates the key, so a read
// keeps the secret that is in state. The API can only invite members, so member_plan.go warns in the plan of changes that it cannot
// make.
package access
