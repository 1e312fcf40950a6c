package policy

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each setting has an attribute and a description.
func TestSettingsSchemaIsComplete(t *testing.T) {
	t.Parallel()
	var keys, described []string
	for _, f := range new(securitySettings).fields() {
		keys = append(keys, f.key)
		if settingsSchema().Attributes[f.key] == nil || f.at.String() != f.key {
			t.Errorf("%s has no attribute or the wrong one: %s", f.key, f.at)
		}
	}
	for key := range settingDescriptions {
		described = append(described, key)
	}
	slices.Sort(keys)
	slices.Sort(described)
	if diff := cmp.Diff(keys, described); diff != "" {
		t.Errorf("keys (-) and descriptions (+):\n%s", diff)
	}
}
