// Package version is the functions about versions, for configurations.
package version
