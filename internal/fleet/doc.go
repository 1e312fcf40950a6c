// Package fleet is octomil_device_group and octomil_device_group_members: which devices belong together, and so may be deployed
// to together.
package fleet
