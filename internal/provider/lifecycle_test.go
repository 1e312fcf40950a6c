package provider_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// lifecycle is what a resource goes through.
type lifecycle struct {
	typeName string
	// prepare makes what the resource needs on the server and answers the values for create and update.
	prepare        func(t *testing.T, sb *acctest.Sandbox) map[string]any
	create, update map[string]any
	importID       string
	// samples are values of attributes that neither configuration sets.
	samples map[string]any
	// filters are what a query needs to find it.
	filters map[string]any
	// undeletable is true of what the API cannot delete.
	undeletable bool
	// needed are optional attributes that the rest of the configuration cannot do without, driftless those whose change by another
	// hand is nothing to put back, ungenerated those that a person takes out of a generated configuration.
	needed, driftless, ungenerated []string
	// left is what the server holds of the kind, without ids and times.
	left func(t *testing.T, sb *acctest.Sandbox) any
}

type namedLifecycle struct {
	name string
	lifecycle
}

// lifecycles are the resources of the fault matrix, some of them in more than one way.
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

// keep lists some fields of each object of a list, in an order of their own.
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
