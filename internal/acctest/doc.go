// Package acctest is the harness of the acceptance tests: a sandbox control plane, and what runs the provider against it.
//
// Start (sandbox.go) runs a sandbox behind a listener, StartVirtual (virtual.go) one that needs no network and can live in virtual
// time. Three things run the provider against it:
//
//   - ProviderFactories (providers.go) serve terraform-plugin-testing, which starts the real command line.
//   - CLI (cli.go) starts the real command line directly, where a test needs logs, plan files or interrupts.
//   - Core (core.go) plays Terraform's part of the plugin protocol in the process of the test. A command line takes a second a case,
//     Core a few milliseconds. EachDialectVirtually (virtual.go) and the expectations of converge.go and expect.go keep such a test
//     short. TestCoreMatchesTerraform of package provider holds it against the real command line.
//
// Start reading in core.go. The package depends on provider and sandbox; only tests depend on it.
package acctest
