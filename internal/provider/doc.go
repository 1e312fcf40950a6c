// Package provider implements the provider block and lists everything that the provider offers.
//
// Start reading in provider.go: Schema declares the provider block, Configure turns it into the client that all resources use, and
// Resources, DataSources and their siblings collect what the packages beside this one implement. settings.go resolves a setting
// from the block, the environment and the files of the Octomil CLI. serve.go starts the plugin.
//
// The package depends on every package with resources, and on control for the client. Nothing but main and the tests depends on
// it. Its tests hold what is true of every resource: lifecycle_test.go has a configuration of each, and resources_acc_test.go,
// faults_acc_test.go and core_acc_test.go run them all.
package provider
