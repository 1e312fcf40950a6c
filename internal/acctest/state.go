package acctest

import (
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// StoredResource is a resource in the form of the state file.
type StoredResource struct {
	SchemaVersion int64           `json:"schema_version"`
	Attributes    json.RawMessage `json:"attributes"`
	Private       []byte          `json:"private,omitempty"`
}

// Store returns the resource in the form of the state file.
func (c *Core) Store() StoredResource {
	c.t.Helper()
	return c.stored(c.state, c.private)
}

func (c *Core) stored(value tftypes.Value, private []byte) StoredResource {
	c.t.Helper()
	state, _ := members(value)
	entries := make(map[string]any, len(state))
	for name, value := range state {
		entries[name] = goValue(c.t, value)
		if c.object.AttributeTypes[name].Is(tftypes.DynamicPseudoType) && !value.IsNull() {
			entries[name] = map[string]any{"type": value.Type(), "value": entries[name]}
		}
	}
	attributes, err := json.Marshal(entries)
	if err != nil {
		c.t.Fatal(err)
	}
	return StoredResource{SchemaVersion: c.version(), Attributes: attributes, Private: private}
}

// Load loads a resource from a state file, which an older version of the provider may have written. It does not refresh.
func (c *Core) Load(s StoredResource) Diagnostics {
	c.t.Helper()
	var diags Diagnostics
	answer, err := c.process().UpgradeResourceState(c.t.Context(), &tfprotov6.UpgradeResourceStateRequest{
		TypeName: c.typeName, Version: s.SchemaVersion, RawState: &tfprotov6.RawState{JSON: s.Attributes},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	if diags.add(c.t, answer.Diagnostics); !diags.Failed() {
		c.state, c.private, c.tainted = c.decode(answer.UpgradedState), s.Private, false
	}
	return diags
}

func (c *Core) version() int64 {
	c.t.Helper()
	return Schemas(c.t).ResourceSchemas[c.typeName].Version
}
