// Package release has the tools of a release and checks what a release is made from, .goreleaser.yml.
//
// It is a module of its own: GoReleaser depends on some hundred modules, which no other tool should have to agree with. `make
// release-check` runs the tests, which need a small part of it; only `make release-snapshot` and the workflow of a release build it.
package release
