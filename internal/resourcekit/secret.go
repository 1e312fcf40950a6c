package resourcekit

import (
	"bytes"
	"context"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// fingerprint is a salted hash of a secret. A write-only value is in no state and no plan, and the server does not return
// it, so that a change of it can only be detected by comparing fingerprints.
//
// It is part of the state file, which an attacker may read. The salt is random for each resource: equal secrets have
// different fingerprints, and precomputed tables are useless. The iterations make a guess cost milliseconds instead of
// nanoseconds. Random secrets such as keys and tokens cannot be guessed like this; words from a dictionary still can.
type fingerprint struct {
	Salt []byte `json:"salt"`
	Hash []byte `json:"hash"`
}

const (
	saltBytes = 32
	// iterations of HMAC-SHA-256 take about 2 ms.
	iterations = 10_000
)

// SetPrivateSecret sets the value of a key to the fingerprint of a write-only value, which must be encodable as JSON.
func SetPrivateSecret(ctx context.Context, private PrivateState, key string, value any, diags *diag.Diagnostics) {
	f := fingerprint{Salt: make([]byte, saltBytes)}
	_, _ = rand.Read(f.Salt) // never returns an error
	if f.Hash = f.of(value, diags); !diags.HasError() {
		SetPrivate(ctx, private, key, f, diags)
	}
}

// MatchesPrivateSecret reports whether the value has the fingerprint of the key. stored is false if there is none, as after
// an import.
func MatchesPrivateSecret(ctx context.Context, private PrivateState, key string, value any, diags *diag.Diagnostics) (same, stored bool) {
	var f fingerprint
	if !GetPrivate(ctx, private, key, &f, diags) {
		return false, false
	}
	return bytes.Equal(f.Hash, f.of(value, diags)), true
}

func (f fingerprint) of(value any, diags *diag.Diagnostics) []byte {
	text, err := json.Marshal(value) // sorts map keys
	if err == nil {
		text, err = pbkdf2.Key(sha256.New, string(text), f.Salt, iterations, sha256.Size)
	}
	if err != nil {
		diags.AddError("Could not hash the secret", "Please report this issue to the provider developers: "+err.Error())
	}
	return text
}
