package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// A namesake of somebody else: the creation of an object fails without being executed, or its answer is lost, and an object of the same
// name, or even an equal one, exists. Whatever the apply and a later destroy do, they never touch it.

// creation is a request that creates a named object, in a clean run.
type creation struct {
	path, list, key string
	body            map[string]any
}

// namedLists are the collections of named objects, with the call and the key of their list.
var namedLists = map[string]string{
	"models": "models", "device-groups": "groups", "federations": "federations", "experiments": "experiments", "api-keys": "keys",
	"metrics/integrations": "integrations", "log-streams/integrations": "integrations",
}

// creationOf returns the first creation of a lifecycle, false where it has none of a named object.
func creationOf(t *testing.T, l lifecycle) (found creation, ok bool) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		recording := false
		sb := acctest.StartVirtual(t).Intercept(func(x acctest.Exchange) []byte {
			key, isNamed := namedLists[x.Path]
			if recording && !ok && x.Method == http.MethodPost && isNamed && x.Status < 300 {
				found = creation{path: x.Path, list: x.Path, key: key}
				ok = json.Unmarshal(x.Request, &found.body) == nil
			}
			return x.Answer
		})
		s := newScenario(t, sb, l)
		recording = true
		s.must(s.apply(s.create))
	})
	return found, ok
}

// others are the objects of a list that have one of these IDs, without what the devices and the clock change.
func (c creation) others(t *testing.T, sb *acctest.Sandbox, ids ...string) map[string]any {
	t.Helper()
	found := map[string]any{}
	list, _ := sb.Do(t, "GET", "/api/v1/"+c.list+"?org_id=demo", nil)[c.key].([]any)
	for _, item := range list {
		object, _ := item.(map[string]any)
		for _, id := range ids {
			if object["id"] == id {
				found[id] = object
			}
		}
	}
	return found
}

// somebodyElse is how an object of somebody else comes to be there.
type somebodyElse struct {
	name string
	// differs is true of one that is not what the configuration has; age is how long before the apply it was made.
	differs bool
	age     time.Duration
	// ageless is true of a server that does not say when an object was made.
	ageless bool
}

var namesakes = []somebodyElse{
	{name: "an equal one of a minute ago", age: time.Minute},
	{name: "an equal one of unknown age", age: time.Minute, ageless: true},
	{name: "another one of this moment", differs: true},
	{name: "another one of an hour ago", differs: true, age: time.Hour},
}

func TestNamesakesOfSomebodyElse(t *testing.T) {
	t.Parallel()
	all, run := 0, 0
	for _, l := range lifecycles() {
		c, ok := creationOf(t, l.lifecycle)
		if !ok {
			continue
		}
		for _, other := range namesakes {
			for _, f := range once {
				if f.otherObject || f.Status == 429 || f.Status == 302 {
					continue
				}
				if all++; *everyFault || all%5 == 0 {
					run++
					t.Run(strings.Join([]string{l.name, other.name, f.name}, "/"), func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) { runNamesake(t, l.lifecycle, c, other, f) })
					})
				}
			}
		}
	}
	t.Logf("%d of %d cases", run, all)
}

func runNamesake(t *testing.T, l lifecycle, c creation, other somebodyElse, f fault) {
	t.Helper()
	sb := acctest.StartVirtual(t).Intercept(func(x acctest.Exchange) []byte {
		if other.ageless {
			return []byte(strings.ReplaceAll(string(x.Answer), `"created_at"`, `"unsaid"`))
		}
		return x.Answer
	})
	s := newScenario(t, sb, l)
	body := map[string]any{}
	for key, value := range c.body {
		body[key] = value
	}
	if other.differs {
		body["description"] = "of team b"
	}
	theirs := fmt.Sprint(sb.Do(t, "POST", "/api/v1/"+c.path+"?org_id=demo", body)["id"])
	want := c.others(t, sb, theirs)
	time.Sleep(other.age)

	f.Method, f.Path = "POST", c.path
	s.sb.AddFault(f.Fault)
	said := s.apply(s.create)
	s.sb.ClearFaults()
	if state := s.core.State(); state != nil && state["id"] == theirs {
		t.Errorf("the state has the object of somebody else: %v", state)
	}
	if said.Failed() && !strings.Contains(fmt.Sprint(said.Errors), "mport") && !strings.Contains(fmt.Sprint(said.Errors), "asked for") {
		t.Errorf("the error does not advise an import: %v", said.Errors)
	}
	s.sb.Settle()
	s.apply(s.create)
	s.core.Destroy()
	if diff := cmp.Diff(want, c.others(t, sb, theirs)); diff != "" {
		t.Errorf("the object of somebody else after a second apply and a destroy (-before +after):\n%s", diff)
	}
}

// The answer to the creation is lost, the object is adopted, and a later request fails. An object in the state would be tainted, and the
// next apply would delete what perhaps is somebody else's.
func TestWhatWasAdoptedIsNeverTainted(t *testing.T) {
	t.Parallel()
	cases := 0
	for _, l := range lifecycles() {
		requests, _ := cleanRun(t, l.lifecycle, operations[0])
		created := -1
		for k, r := range requests {
			if created < 0 && r.method == "POST" && r.path != "api-keys" && isCreation(r.path) {
				created = k
			}
		}
		if created < 0 {
			continue
		}
		for _, later := range requests[created+1:] {
			if later.method == "GET" {
				continue
			}
			cases++
			t.Run(fmt.Sprintf("%s/%s %s", l.name, later.method, strings.ReplaceAll(later.path, "/", " ")), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { runAdoption(t, l.lifecycle, requests[created], later) })
			})
		}
	}
	if cases == 0 {
		t.Error("no resource has a request after its creation")
	}
	t.Logf("%d cases", cases)
}

// isCreation is true of the path of a collection, or of the versions of a model.
func isCreation(path string) bool {
	return namedLists[path] != "" || strings.HasPrefix(path, "models/") && strings.HasSuffix(path, "/versions")
}

func runAdoption(t *testing.T, l lifecycle, creation, later request) {
	t.Helper()
	s := newScenario(t, acctest.StartVirtual(t), l)
	s.sb.AddFault(sandbox.Fault{Method: "POST", Path: creation.pattern(), Status: 500, Execute: true})
	s.sb.AddFault(sandbox.Fault{Method: later.method, Path: later.pattern(), Status: 403, Times: -1})
	said := s.apply(s.create)
	if !said.Failed() || !strings.Contains(fmt.Sprint(said.Errors), "terraform import") {
		t.Errorf("the errors do not advise an import: %v", said.Errors)
	}
	if s.core.State() != nil {
		t.Errorf("what was adopted is in the state, tainted: %v", s.core.State())
	}
	s.sb.ClearFaults()
	s.apply(s.create)
	for _, e := range s.sb.Ledger() {
		if e.Method == http.MethodDelete || strings.HasSuffix(e.Path, "/revoke") {
			t.Errorf("%s %s", e.Method, e.Path)
		}
	}
}
