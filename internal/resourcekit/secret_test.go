package resourcekit

import (
	"bytes"
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// privateMap is private state in memory.
type privateMap map[string][]byte

func (p privateMap) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) {
	return p[key], nil
}

func (p privateMap) SetKey(_ context.Context, key string, value []byte) diag.Diagnostics {
	p[key] = value
	return nil
}

func TestMatchesPrivateSecret(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	private := privateMap{}
	secret := map[string]string{"a": "hunter2", "b": "x"}
	if same, stored := MatchesPrivateSecret(t.Context(), private, "k", secret, &diags); same || stored {
		t.Errorf("before it was set: same %t, stored %t", same, stored)
	}
	SetPrivateSecret(t.Context(), private, "k", secret, &diags)
	for name, tc := range map[string]struct {
		value map[string]string
		want  bool
	}{
		"the same":           {map[string]string{"b": "x", "a": "hunter2"}, true},
		"another value":      {map[string]string{"a": "hunter3", "b": "x"}, false},
		"one less":           {map[string]string{"a": "hunter2"}, false},
		"moved to a new key": {map[string]string{"a": "x", "b": "hunter2"}, false},
		"none":               {nil, false},
	} {
		if same, stored := MatchesPrivateSecret(t.Context(), private, "k", tc.value, &diags); same != tc.want || !stored {
			t.Errorf("%s: same %t, stored %t", name, same, stored)
		}
	}
	if diags.HasError() {
		t.Error(diags)
	}
}

func TestSetPrivateSecretDoesNotStoreTheSecret(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	one, other := privateMap{}, privateMap{}
	SetPrivateSecret(t.Context(), one, "k", "hunter2", &diags)
	SetPrivateSecret(t.Context(), other, "k", "hunter2", &diags)
	if bytes.Equal(one["k"], other["k"]) {
		t.Error("equal secrets have equal fingerprints")
	}
	if bytes.Contains(one["k"], []byte("hunter2")) {
		t.Errorf("the secret is in %s", one["k"])
	}
	var f fingerprint
	if !GetPrivate(t.Context(), one, "k", &f, &diags) || len(f.Salt) != saltBytes || len(f.Hash) != 32 {
		t.Errorf("the fingerprint is %s", one["k"])
	}
}
