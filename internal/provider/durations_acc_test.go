package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/provider"
)

// durations returns the paths of all attributes of the schema of a resource that are durations. "[]" follows a list.
func durations(attributes map[string]schema.Attribute, prefix string) (paths []string) {
	for name, attribute := range attributes {
		at := prefix + name
		switch a := attribute.(type) {
		case schema.SingleNestedAttribute:
			paths = append(paths, durations(a.Attributes, at+".")...)
		case schema.ListNestedAttribute:
			paths = append(paths, durations(a.NestedObject.Attributes, at+"[].")...)
		case schema.StringAttribute:
			if strings.HasPrefix(at, "timeouts.") || a.GetType().Equal(timetypes.GoDurationType{}) {
				paths = append(paths, at)
			}
		}
	}
	return paths
}

// set returns a copy of a configuration with a value at a path.
func set(config map[string]any, at string, value any) map[string]any {
	out := maps.Clone(config)
	if out == nil {
		out = map[string]any{}
	}
	name, rest, nested := strings.Cut(at, ".")
	inList := strings.HasSuffix(name, "[]")
	name = strings.TrimSuffix(name, "[]")
	switch inner, _ := out[name].(map[string]any); {
	case !nested:
		out[name] = value
	case inList:
		out[name] = []any{set(map[string]any{"percentage": 5.0}, rest, value)}
	default:
		out[name] = set(inner, rest, value)
	}
	return out
}

// A duration that is not positive, has no unit or is longer than a year is an error of the validation, on its attribute. A stage may bake for 0 s.
func TestAccProvider_invalidDurations(t *testing.T) {
	t.Parallel()
	configs := map[string]map[string]any{
		"octomil_model_deployment": {"model": "phi-4-mini", "version": "2.0.0"},
		"octomil_model_version":    {"model_id": "mdl_00000001", "version": "3.0.0", "source": "model.gguf"},
		"octomil_rollback_policy":  {},
	}
	sb := acctest.StartVirtual(t)
	found := map[string][]string{}
	for _, open := range provider.New("test")().Resources(t.Context()) {
		r := open()
		var meta resource.MetadataResponse
		var definition resource.SchemaResponse
		r.Metadata(t.Context(), resource.MetadataRequest{ProviderTypeName: "octomil"}, &meta)
		r.Schema(t.Context(), resource.SchemaRequest{}, &definition)
		for _, at := range durations(definition.Schema.Attributes, "") {
			found[meta.TypeName] = append(found[meta.TypeName], at)
			config, ok := configs[meta.TypeName]
			if !ok {
				t.Errorf("add a configuration of %s, which has the duration %s", meta.TypeName, at)
				continue
			}
			for _, value := range []string{"0s", "-5m", "600", "soon", "", "8760h0.001s", "2562047h"} {
				if value == "0s" && strings.HasSuffix(at, "bake") {
					continue
				}
				plan := sb.Core(t, meta.TypeName).Plan(set(config, at, value))
				root, _, _ := strings.Cut(strings.ReplaceAll(at, "[]", ""), ".")
				if len(plan.Errors) != 1 || !strings.HasPrefix(plan.Errors[0], root) || !strings.Contains(plan.Errors[0], "Invalid ") {
					t.Errorf("%s: %s = %q: %q", meta.TypeName, at, value, plan.Errors)
				}
			}
		}
	}
	if n := len(slices.Concat(slices.Collect(maps.Values(found))...)); n < 7 {
		t.Errorf("found only %d durations: %s", n, fmt.Sprint(found))
	}
}
