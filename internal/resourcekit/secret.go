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

// fingerprint tells whether a secret is still the same one without being it. A write-only value is in no state and no plan, and the
// server does not show it either, so this is all that is known of it later.
//
// It stands in the state file, so somebody will try to guess the secret from it. The salt is the resource's own: equal secrets of
// two resources look different, and no table that was computed before is of use. The rounds make each guess cost milliseconds instead
// of nanoseconds. A secret that is random, as keys and tokens are, cannot be found so; a word from a dictionary still can.
type fingerprint struct {
	Salt []byte `json:"salt"`
	Hash []byte `json:"hash"`
}

const (
	saltBytes = 32
	// guessCost is how many rounds of HMAC-SHA-256 a guess takes: about 2 ms.
	guessCost = 10_000
)

// SetPrivateSecret keeps the fingerprint of a write-only value, which is any that JSON has, under a key of private state.
func SetPrivateSecret(ctx context.Context, private PrivateState, key string, value any, diags *diag.Diagnostics) {
	f := fingerprint{Salt: make([]byte, saltBytes)}
	_, _ = rand.Read(f.Salt) // never fails: it ends the program where the system has no randomness
	if f.Hash = f.of(value, diags); !diags.HasError() {
		SetPrivate(ctx, private, key, f, diags)
	}
}

// MatchesPrivateSecret is true for the value that was remembered under the key. Remembered is false where none was, as after an import.
func MatchesPrivateSecret(ctx context.Context, private PrivateState, key string, value any, diags *diag.Diagnostics) (same, remembered bool) {
	var f fingerprint
	if !GetPrivate(ctx, private, key, &f, diags) {
		return false, false
	}
	return bytes.Equal(f.Hash, f.of(value, diags)), true
}

func (f fingerprint) of(value any, diags *diag.Diagnostics) []byte {
	text, err := json.Marshal(value) // sorts the keys of maps
	if err == nil {
		text, err = pbkdf2.Key(sha256.New, string(text), f.Salt, guessCost, sha256.Size)
	}
	if err != nil {
		diags.AddError("The secret cannot be remembered", "Please report this to the provider's developers: "+err.Error())
	}
	return text
}
