// Command trivial is the least that a provider of the same framework can be: one resource with three attributes and one GET for each
// read, without retries, limits or checks. The benchmarks compare with it: what it costs is the price of Terraform, of the protocol and of
// the framework.
package main
