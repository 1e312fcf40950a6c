// Package catalog is what the registry holds: models and their versions.
package catalog
