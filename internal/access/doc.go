// Package access is octomil_api_key, as a resource and as an ephemeral one, and octomil_org_member: who may use the organization.
package access
