// Package pipelines tests the files of examples/ci that need no sandbox: the policies, which exist for OPA and for jq, and the workflows.
// It has no code of its own. The scripts are run by the acceptance tests of internal/provider.
package pipelines
