package access_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

func start(t *testing.T, dialect sandbox.Dialect) *acctest.Sandbox {
	t.Helper()
	return acctest.Start(t, empty, func(o *sandbox.Options) { o.Dialect = dialect })
}

// empty is the option of an organization without models and devices.
func empty(o *sandbox.Options) { o.Empty = true }

// listObjects returns the objects of a list, which dialects name by key or items.
func listObjects(t *testing.T, sb *acctest.Sandbox, path, key string) []map[string]any {
	t.Helper()
	answer := sb.Do(t, http.MethodGet, path, nil)
	list, ok := answer[key].([]any)
	if !ok {
		list, _ = answer["items"].([]any)
	}
	objects := make([]map[string]any, len(list))
	for i, item := range list {
		objects[i], _ = item.(map[string]any)
	}
	return objects
}

// expectMention fails unless one of the texts contains all of the words.
func expectMention(t *testing.T, texts []string, words ...string) {
	t.Helper()
	for _, text := range texts {
		all := true
		for _, word := range words {
			all = all && strings.Contains(text, word)
		}
		if all {
			return
		}
	}
	t.Errorf("no text contains %q: %q", words, texts)
}
