// Package acctest starts what an acceptance test needs: a sandbox control plane and the provider, both in the test's process.
package acctest
