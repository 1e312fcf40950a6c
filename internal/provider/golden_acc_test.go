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

// update writes missing golden files, and the committed schema unless something breaks.
var update = flag.Bool("update", false, "write missing golden files, and the schema")

// golden is a state as written by the first version of a resource, with its configuration.
type golden struct {
	Config map[string]any `json:"config"`
	acctest.StoredResource
}

// State files outlive the version of the provider that wrote them: each golden state must load, refresh, and need no change. A golden
// file is never rewritten; if a schema changes incompatibly, the provider has to upgrade the state.
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
			s := newScenario(t, acctest.Start(t), all[at].lifecycle)
			if _, err := os.Stat(file); *update && errors.Is(err, fs.ErrNotExist) {
				s.must(s.apply(s.create))
				s.sb.Settle()
				s.must(s.core.Refresh())
				writeJSON(t, file, golden{Config: s.create, StoredResource: s.core.Store()})
				s = newScenario(t, acctest.Start(t), all[at].lifecycle)
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
			// The server has the same objects under the same IDs: a sandbox gives the same IDs to the same requests.
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

// There is a golden state of each resource type, and of nothing else.
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
