package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// oddTexts are texts that a configuration can contain and that hardly anybody means.
var oddTexts = map[string]string{
	"empty": "", "a blank": " ", "a dot": ".", "two dots": "..", "a slash": "a/b", "escaped": "%2e%2e%2f", "a query": "a?b=c#d", "NUL": "a\x00b",
	"a line break": "a\nb", "an escape sequence": "\x1b]0;x\x07", "right to left": "a\u202eb", "decomposed": "e\u0301", "not in a plane": "\U0001f600",
	"long": strings.Repeat("x", 70_000), "as long as can be": strings.Repeat("é", 500), "a template": "${x}", "JSON": `{"a":"b"}`, "blanks around": " a ",
}

// oddSample is how many of the odd texts there are for each one that runs without -faults.all.
const oddSample = 23

// Whatever text an attribute is given: the provider says what is wrong with it, or the apply succeeds and the plan after it is empty.
func TestFaultsOfOddTexts(t *testing.T) {
	t.Parallel()
	n := 0
	for _, l := range lifecycles() {
		for _, name := range slices.Sorted(maps.Keys(l.create)) {
			if _, isText := l.create[name].(string); !isText {
				continue
			}
			for _, odd := range slices.Sorted(maps.Keys(oddTexts)) {
				if n++; !*everyFault && n%oddSample != 0 {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s/%s", l.name, name, odd), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						s := newScenario(t, acctest.StartVirtual(t), l.lifecycle)
						if _, isText := s.create[name].(string); !isText { // the name of what the lifecycle prepares
							return
						}
						config := maps.Clone(s.create)
						config[name] = oddTexts[odd]
						said := s.apply(config)
						for _, e := range said.Errors {
							if strings.Contains(e, "error in the provider") || len(e) > 12_000 {
								t.Errorf("%.2000s", e)
							}
						}
						if said.Failed() {
							return
						}
						if again := s.core.Plan(config); again.Failed() || again.Action != acctest.ActionNone {
							t.Errorf("the plan after it is %s: %v\nbefore %v\nafter  %v", again.Action, again.Errors, s.core.State()[name], again.Planned[name])
						}
					})
				})
			}
		}
	}
	t.Logf("%d texts", n)
}
