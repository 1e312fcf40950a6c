package control

import (
	"context"
	"encoding/json"
	"errors"
)

// CompliancePresets are the names of the presets that an organization can follow (CONTRACT.md, section 7).
var CompliancePresets = []string{"gdpr", "hipaa", "pci", "soc2"}

// CompliancePreset is what a regulation asks of an organization's settings.
type CompliancePreset struct {
	Name string
	// Profile is the onboarding's name for how strict it is, such as "regulated", "" where the server does not say.
	Profile string
	// Settings are the keys that the preset sets, and none of the others.
	Settings Settings
}

// UnmarshalJSON fails on a preset without a name.
func (p *CompliancePreset) UnmarshalJSON(data []byte) error {
	var wire struct {
		Name    flexText `json:"name"`
		Profile flexText `json:"policy_profile"`
	}
	var settings Settings
	if err := json.Unmarshal(data, &settings); err != nil {
		return err
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	if wire.Name == "" {
		return errors.New("a compliance preset without a name")
	}
	delete(settings, "name")
	delete(settings, "policy_profile")
	*p = CompliancePreset{Name: string(wire.Name), Profile: string(wire.Profile), Settings: settings}
	return nil
}

// CompliancePreset reads one preset.
func (c *Client) CompliancePreset(ctx context.Context, name string) (CompliancePreset, error) {
	return get[CompliancePreset](ctx, c, "read the compliance preset", join("settings", "compliance", name), nil)
}
