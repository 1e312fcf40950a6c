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
	acctest.Stored
}

// The state files of users outlive each version of the provider: every golden state is still read, refreshed, and needs no change.
// A golden file is never written again; where a schema changes such that it would have to be, the provider has to upgrade it.
func TestGoldenStatesAreStillRead(t *testing.T) {
	t.Parallel()
	all := lives()
	for _, name := range resources(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join("testdata", "state", name+".json")
			at := slices.IndexFunc(all, func(l namedLife) bool { return l.typeName == name })
			if at < 0 {
				t.Fatal("the resource has no life that a state could come from")
			}
			p := played(t, all[at].life)
			if _, err := os.Stat(file); *update && errors.Is(err, fs.ErrNotExist) {
				p.must(p.apply(p.create))
				p.sb.Settle()
				p.must(p.core.Refresh())
				writeJSON(t, file, golden{Config: p.create, Stored: p.core.Store()})
				p = played(t, all[at].life)
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
			p.must(p.apply(g.Config))
			p.sb.Settle()
			identity := p.core.Identity()

			p.must(p.core.Load(g.Stored))
			loaded := p.core.State()
			plan := p.core.Plan(g.Config)
			if plan.Failed() || plan.Action != acctest.ActionNone {
				t.Errorf("the plan is %s: %v\nloaded  %v\nread    %v\nplanned %v", plan.Action, plan.Errors, loaded, p.core.State(), plan.Planned)
			}
			if diff := cmp.Diff(identity, p.core.Identity()); diff != "" || len(identity) == 0 {
				t.Errorf("another object than that of the state was read (-want +got):\n%s", diff)
			}
		})
	}
}

// Of each type there is a state, and of nothing else.
func TestEveryGoldenStateIsOfAResource(t *testing.T) {
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
