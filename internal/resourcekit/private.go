package resourcekit

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// PrivateState is the framework's private state, which the provider stores with a resource and users do not see.
type PrivateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// GetPrivate decodes the value of a key into out. It is false if there is none.
func GetPrivate(ctx context.Context, private PrivateState, key string, out any, diags *diag.Diagnostics) bool {
	data, d := private.GetKey(ctx, key)
	diags.Append(d...)
	if len(data) == 0 {
		return false
	}
	if err := json.Unmarshal(data, out); err != nil {
		diags.AddError("Could not read the private state", "Please report this issue to the provider developers: "+err.Error())
		return false
	}
	return true
}

// SetPrivate sets the value of a key.
func SetPrivate(ctx context.Context, private PrivateState, key string, value any, diags *diag.Diagnostics) {
	data, err := json.Marshal(value)
	if err != nil {
		diags.AddError("Could not write the private state", "Please report this issue to the provider developers: "+err.Error())
		return
	}
	diags.Append(private.SetKey(ctx, key, data)...)
}
