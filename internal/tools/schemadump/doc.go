// Command schemadump prints the provider's schema in the form of `terraform providers schema -json`.
//
// It asks the provider in process, so the page of every action, list resource and identity reaches the
// documentation whatever command-line tool is installed, and also where none is.
package main
