// Package discover brings existing objects under Terraform: it writes import blocks for what the list resources of the provider find, and
// turns the literal IDs of a generated configuration into references.
package discover
