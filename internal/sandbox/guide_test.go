package sandbox

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// undocumented lists what the sandbox offers and a guide does not describe: calls, examples of calls, flags with their defaults,
// variants, statuses and fields.
func undocumented(t *testing.T, guide string) (missing []string) {
	t.Helper()
	want := func(what, text string) {
		if !strings.Contains(guide, text) {
			missing = append(missing, what+": "+text)
		}
	}
	s := New(Options{})
	examples := exampleCalls(guide)
	for _, c := range s.controls() {
		want("a call", "| `"+c.method+" "+c.path+"` |")
		shown := newRouter(DialectDocs, []route{{method: c.method, path: c.path}})
		if !slices.ContainsFunc(examples, func(r *http.Request) bool { _, refused := shown.match(r); return refused == nil }) {
			missing = append(missing, "an example: "+c.method+" "+c.path)
		}
	}
	for path := range s.pages() {
		want("a call", "`GET "+strings.TrimSuffix(path, "{$}")+"`")
	}
	var usage bytes.Buffer
	if err := Command(t.Context(), []string{"-help"}, &usage, &usage); err != nil {
		t.Fatal(err)
	}
	flags := regexp.MustCompile(`(?m)^  -([\w-]+).*\n.*?(?: \(default "?([^")]+)"?\))?$`).FindAllStringSubmatch(usage.String(), -1)
	if len(flags) < 10 {
		t.Fatalf("%d flags were found in\n%s", len(flags), usage.String())
	}
	for _, flag := range flags {
		row := "| `-" + flag[1] + "` | "
		if flag[2] != "" {
			row += "`" + flag[2] + "` |"
		}
		want("a flag", row)
	}
	for _, v := range Variants() {
		want("a variant", "| `"+string(v)+"` |")
	}
	for _, status := range versionStatuses {
		want("a status", "`"+status+"`")
	}
	for _, kind := range []reflect.Type{reflect.TypeFor[Fault](), reflect.TypeFor[Health]()} {
		for i := range kind.NumField() {
			name := kind.Field(i).Tag.Get("json")
			if !regexp.MustCompile("(?m)^\\| (`\\w+`, )?`" + name + "`").MatchString(guide) {
				missing = append(missing, "a field: "+name)
			}
		}
	}
	return missing
}

// exampleCalls are the requests of the curl commands in a guide, which the tests of guides run.
func exampleCalls(guide string) (calls []*http.Request) {
	for _, match := range regexp.MustCompile(`(?m)^\$ curl (?:-X ([A-Z]+) )?"\$OCTOMIL_API_URL(/[^"]*)"`).FindAllStringSubmatch(guide, -1) {
		calls = append(calls, httptest.NewRequest(match[1], match[2], http.NoBody))
	}
	return calls
}

// The guide describes everything that the sandbox offers, and has an example of each control.
func TestTheGuideDescribesTheSandbox(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../tools/templates/guides/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	guide := string(content)
	for _, what := range undocumented(t, guide) {
		t.Errorf("the guide lacks %s", what)
	}
	for removed, lacking := range map[string]string{
		"| `DELETE /sandbox/faults` |": "a call: | `DELETE /sandbox/faults` |", `$ curl -X DELETE "$OCTOMIL_API_URL/sandbox/faults"`: "an example: DELETE /sandbox/faults",
		"`GET /sandbox/events`": "a call: `GET /sandbox/events`", "| `-devices` | `124` |": "a flag: | `-devices` | `124` |", "| `-empty` |": "a flag: | `-empty` | ",
		"| `require-org` |": "a variant: | `require-org` |", "`preview`": "a status: `preview`", "| `nth` |": "a field: nth", "`headers`, `body`": "a field: body",
	} {
		without := strings.ReplaceAll(guide, removed, "")
		if without == guide || !slices.Contains(undocumented(t, without), lacking) {
			t.Errorf("without %s, the test does not notice that the guide lacks %s", removed, lacking)
		}
	}
}
