// Command schemadump prints the schema of the provider in the form of `terraform providers schema -json`.
//
// It reads the schema in process, so that the documentation has the pages of actions, list resources and identities with any version
// of the command line, or none. Start reading in dump.go. The command depends on the provider; `make generate` runs it.
package main
