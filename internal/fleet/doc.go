// Package fleet implements the resources of devices: octomil_device, octomil_device_group and octomil_device_group_members, with
// their list resources and data sources.
//
// A device registers itself, so octomil_device adopts one instead of creating it. A group is static, dynamic or hybrid: its
// members are listed, selected by rules, or both. Only the members of a static group are managed by
// octomil_device_group_members, and always as a whole.
//
// Devices and groups are entities of resourcekit: start reading at device_resource.go and group_resource.go. The rules of a group
// and their validation are in group_rules.go and group_validate.go. The memberships are a resource of their own, because one
// apply takes many requests: membership.go compares the members on the server with the configuration and needs neither requests
// nor the framework, members_apply.go makes the changes, and members_resource.go ties the two to Terraform.
package fleet
