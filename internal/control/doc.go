// Package control is the client of the Octomil control API. It knows no Terraform types: callers pass plain values and get plain
// values or typed errors. It depends on the standard library, go-retryablehttp and the package readcache, its cache of reads.
//
// CONTRACT.md describes the API; the comments refer to its sections. Each kind of objects has a file of its own, with the type, its
// decoder and its calls: models.go, rollouts.go, groups.go and so on. Decoders accept every spelling that servers use and fail on
// an object without its identity.
//
// Start reading at [New] and call in client.go, which every request passes. Around it:
//
//   - transport.go and gate.go send the attempts of a request: retries, time limits, the rate limit;
//   - errors.go has the errors, and the questions about them: [NotFound], [Ambiguous], [Transient];
//   - create.go makes sure that nothing is created twice when a response is lost;
//   - cache.go says how old a read may be, kind.go and pages.go read objects and lists;
//   - name_index.go finds models and groups by name;
//   - wire.go decodes JSON values that have several forms.
package control
