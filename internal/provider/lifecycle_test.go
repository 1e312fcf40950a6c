package provider_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// lifecycle has the configurations with which a resource is created and updated, and what tests need to know beside them.
type lifecycle struct {
	typeName string
	// prepare creates what the resource needs on the server. It returns values that replace their names in create and update.
	prepare        func(t *testing.T, sb *acctest.Sandbox) map[string]any
	create, update map[string]any
	importID       string
	// samples are values for attributes that neither configuration sets.
	samples map[string]any
	// filters are the attributes of a query that finds the resource.
	filters map[string]any
	// undeletable is true if the API cannot delete the object, or the configuration keeps it.
	undeletable bool
	// needed are optional attributes that the rest of the configuration requires, driftless those whose change outside of Terraform is
	// not drift, ungenerated those that a user has to remove from a generated configuration.
	needed, driftless, ungenerated []string
	// left returns what the server holds of this kind of object, without IDs and times.
	left func(t *testing.T, sb *acctest.Sandbox) any
}

type namedLifecycle struct {
	name string
	lifecycle
}

// lifecycles returns at least one lifecycle for each resource type.
func lifecycles() []namedLifecycle {
	return slices.Concat(
		fleetLifecycles(),
		catalogLifecycles(),
		accessLifecycles(),
		experimentLifecycles(),
		federationLifecycles(),
		observationLifecycles(),
	)
}

// keep returns some fields of each object of a list, sorted.
func keep(path, key string, fields ...string) func(*testing.T, *acctest.Sandbox) any {
	return func(t *testing.T, sb *acctest.Sandbox) any {
		t.Helper()
		list, ok := sb.Do(t, "GET", path, nil)[key].([]any)
		if !ok {
			t.Errorf("%s has no list of %s", path, key)
		}
		kept := make([]string, len(list))
		for i, item := range list {
			object, _ := item.(map[string]any)
			for _, field := range fields {
				kept[i] += fmt.Sprintf("%s=%v ", field, object[field])
			}
		}
		slices.Sort(kept)
		return kept
	}
}
