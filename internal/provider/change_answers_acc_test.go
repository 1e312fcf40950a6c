package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// aChange matches a request that changes an object. The first group is the path of the object.
var aChange = regexp.MustCompile(`^(?:PUT|PATCH|POST) (.+?)(?:/(?:publish|deprecate|start|pause|resume|complete|cancel|metrics|allocations|target-groups|models|invite|privacy/budget))?$`)

// changeAnswers are what servers may answer to a change, beside the object as it is afterwards.
var changeAnswers = map[string]func(x acctest.Exchange, before []byte) []byte{
	"nothing":         func(acctest.Exchange, []byte) []byte { return []byte{} },
	"an empty object": func(acctest.Exchange, []byte) []byte { return []byte(`{}`) },
	"null":            func(acctest.Exchange, []byte) []byte { return []byte(`null`) },
	"a text":          func(acctest.Exchange, []byte) []byte { return []byte(`"ok"`) },
	"what was sent":   func(x acctest.Exchange, _ []byte) []byte { return x.Request },
	"a part of the object": func(x acctest.Exchange, _ []byte) []byte {
		return onlyKeys(x.Answer, "id", "version", "name", "org_id")
	},
	"the object before the change": func(_ acctest.Exchange, before []byte) []byte { return before },
}

func onlyKeys(body []byte, keys ...string) []byte {
	object := map[string]any{}
	if json.Unmarshal(body, &object) != nil {
		return body
	}
	for key := range object {
		if !slices.Contains(keys, key) {
			delete(object, key)
		}
	}
	part, _ := json.Marshal(object)
	return part
}

// Whatever a server answers to a change: the state is what it has afterwards, as the next read shows, and nothing is left to do.
//
// CONTRACT.md 1.82
func TestAnswersToChanges(t *testing.T) {
	t.Parallel()
	for _, l := range lifecycles() {
		if l.typeName == "octomil_model_deployment" { // its answers are a matter of internal/rollout
			continue
		}
		for name, answer := range changeAnswers {
			t.Run(l.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { answersChanges(t, l.lifecycle, answer) })
			})
		}
	}
}

func answersChanges(t *testing.T, l lifecycle, answer func(acctest.Exchange, []byte) []byte) {
	t.Helper()
	seen, changes := map[string][]byte{}, 0
	s := newScenario(t, acctest.StartVirtual(t).Intercept(func(x acctest.Exchange) []byte {
		var object struct{ ID, Version string }
		switch at := aChange.FindStringSubmatch(x.Method + " " + x.Path); {
		case x.Status > 299:
		case x.Method == http.MethodGet:
			seen[x.Path] = x.Answer
		case x.Method == http.MethodPost && x.Status == 201 && !strings.HasSuffix(x.Path, "/models"):
			_ = json.Unmarshal(x.Answer, &object)
			seen[x.Path+"/"+object.ID+object.Version] = x.Answer
		case at != nil && !strings.HasPrefix(x.Path, "uploads/") && (x.Method != http.MethodPost || x.Path != at[1]):
			changes++
			if replaced := answer(x, seen[at[1]]); replaced != nil {
				return replaced
			}
		}
		return x.Answer
	}), l)
	for _, config := range []map[string]any{s.create, s.update} {
		said := s.apply(config)
		s.must(said)
		if text := fmt.Sprint(said.Warnings); strings.Contains(text, "Unexpected value") {
			t.Errorf("the apply warns of %s", text)
		}
		after := s.core.State()
		s.must(s.core.Refresh())
		if diff := cmp.Diff(s.core.State(), after); diff != "" {
			t.Errorf("the state after an apply (-as it is read +as it was saved):\n%s", diff)
		}
		if again := s.core.Plan(config); again.Failed() || again.Action != acctest.ActionNone {
			t.Errorf("the next plan is %s: %v", again.Action, again.Errors)
		}
	}
	if changes == 0 && !slices.Contains([]string{"octomil_api_key", "octomil_org_member", "octomil_device_group_members"}, l.typeName) {
		t.Error("nothing was changed")
	}
}
