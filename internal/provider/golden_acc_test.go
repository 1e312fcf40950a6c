package provider_test

import (
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// update writes the golden files that are not there yet, and the committed schema as far as nothing breaks.
var update = flag.Bool("update", false, "write the golden files that are not there yet, and the schema")

// golden is a state as the first version of a resource wrote it, and the configuration that it came from.
type golden struct {
	Config map[string]any `json:"config"`
	acctest.StoredResource
}

// The state files of users outlive each version of the provider: every golden state is still read, refreshed, and needs no change.
// A golden file is never written again; where a schema changes such that it would have to be, the provider has to upgrade it.
func TestGoldenStatesAreStillRead(t *testing.T) {
	t.Parallel()
	all := lifecycles()
	for _, name := range resources(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join("testdata", "state", name+".json")
			at := slices.IndexFunc(all, func(l namedLifecycle) bool { return l.typeName == name })
			if at < 0 {
				t.Fatal("the resource has no lifecycle that a state could come from")
			}
			s := newNetworkScenario(t, all[at].lifecycle)
			if _, err := os.Stat(file); *update && errors.Is(err, fs.ErrNotExist) {
				s.must(s.apply(s.create))
				s.sb.Settle()
				s.must(s.core.Refresh())
				writeJSON(t, file, golden{Config: s.create, StoredResource: s.core.Store()})
				s = newNetworkScenario(t, all[at].lifecycle)
			}
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("%v; write it with: go test ./internal/provider -run TestGolden -update", err)
			}
			var g golden
			if err := json.Unmarshal(content, &g); err != nil {
				t.Fatal(err)
			}
			if len(g.Attributes) == 0 || g.SchemaVersion != 0 {
				t.Fatalf("%s is no state of the first version", file)
			}
			// The same content on the server, under the same ids: the sandbox gives the same to the same requests.
			s.must(s.apply(g.Config))
			s.sb.Settle()
			identity := s.core.Identity()

			s.must(s.core.Load(g.StoredResource))
			loaded := s.core.State()
			plan := s.core.Plan(g.Config)
			if plan.Failed() || plan.Action != acctest.ActionNone {
				t.Errorf("the plan is %s: %v\nloaded  %v\nread    %v\nplanned %v", plan.Action, plan.Errors, loaded, s.core.State(), plan.Planned)
			}
			if diff := cmp.Diff(identity, s.core.Identity()); diff != "" || len(identity) == 0 {
				t.Errorf("another object than that of the state was read (-want +got):\n%s", diff)
			}
		})
	}
}

// Of each type there is a state, and of nothing else.
func TestGoldenStatesMatchResources(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "state", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		if name := filepath.Base(file); !slices.Contains(resources(t), name[:len(name)-len(".json")]) {
			t.Errorf("%s is of no resource: its users lose it", file)
		}
	}
}
