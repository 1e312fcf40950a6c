package access

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

const keyTypeName = "octomil_api_key"

type keyOperation = resourcekit.Operation[keyModel, control.APIKey]

var keyEntity = resourcekit.Entity[keyModel, control.APIKey]{
	TypeName: keyTypeName,
	Title:    "API key", Titles: "API keys",
	Schema:          keySchema(),
	Identity:        resourcekit.Identity{{Name: "id", Description: "ID of the key, assigned by the server. A rotation changes it."}},
	MutableIdentity: true,
	ProviderOnly:    []string{"rotate_when", "api_key"},

	Create: func(ctx context.Context, op *keyOperation) (control.APIKey, error) {
		return op.Client.CreateAPIKey(ctx, op.Plan.Name.ValueString(), scopesToAPI(ctx, op.Plan.Scopes, op.Diags))
	},
	Read: readKey,
	Update: func(ctx context.Context, op *keyOperation) (control.APIKey, error) {
		if !rotates(op.State.RotateWhen, op.Plan.RotateWhen) {
			return readKey(ctx, op.Client, op.Plan)
		}
		return op.Client.RotateAPIKey(ctx, op.State.ID.ValueString())
	},
	Delete: func(ctx context.Context, op *keyOperation) error {
		return op.Client.RevokeAPIKey(ctx, op.State.ID.ValueString())
	},
	FromAPI: func(ctx context.Context, _ *control.Client, m *keyModel, k control.APIKey, diags *diag.Diagnostics) {
		m.fromAPI(ctx, k, diags)
	},

	List: func(ctx context.Context, client *control.Client, _ map[string]string) ([]control.APIKey, error) {
		return client.APIKeys(ctx)
	},
	Filters: []resourcekit.Filter[control.APIKey]{{
		Name: "name", Description: "Only keys with this name.", Of: func(k control.APIKey) string { return k.Name },
	}},
	Name:   func(k control.APIKey) string { return k.Name },
	ID:     func(k control.APIKey) string { return k.ID },
	Lookup: findKey,

	Namesake: func(k control.APIKey) (createdAt string, living bool) { return k.CreatedAt, true },

	ModifyPlan: planKey,
}

// readKey returns the key with the secret that is in state, since a read does not return it.
func readKey(ctx context.Context, client *control.Client, m *keyModel) (control.APIKey, error) {
	k, err := client.APIKey(ctx, m.ID.ValueString())
	k.Secret = m.APIKey.ValueString()
	return k, err
}

// findKey returns the key with an ID, or else with a name. It fails if several keys have the name.
func findKey(ctx context.Context, client *control.Client, idOrName string) (found control.APIKey, ok bool, err error) {
	keys, err := client.APIKeys(ctx)
	var ids []string
	for _, k := range keys {
		if k.ID == idOrName {
			return k, true, err
		}
		if k.Name == idOrName {
			found, ids = k, append(ids, k.ID)
		}
	}
	if len(ids) > 1 {
		return control.APIKey{}, false, fmt.Errorf("%d API keys have the name `%s`, with the IDs `%s`: import the key by its ID",
			len(ids), idOrName, strings.Join(ids, "`, `"))
	}
	return found, len(ids) == 1, err
}
