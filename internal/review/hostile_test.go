package review_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/octomil/terraform-provider-octomil/internal/review"
)

// plans is every plan of the tests, by name: those of the real command line, and the samples.
func plans(t testing.TB) map[string]string {
	t.Helper()
	all := map[string]string{}
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no plans: %v", err)
	}
	for _, file := range files {
		all[filepath.Base(file)] = load(t, filepath.Base(file))
	}
	for name, s := range samples() {
		all[name] = encoded(t, s.plan)
	}
	return all
}

// outputs is everything that is printed for a plan in these formats, and every error.
func outputs(plan string, formats ...string) map[string]string {
	all := map[string]string{}
	for name, command := range review.Commands {
		for _, format := range formats {
			args := []string{"-format", format}
			if name == "review" {
				args = append(args, "-fail-on", "all", "-max-devices", "0")
			}
			var out, errOut strings.Builder
			_, err := command(args, strings.NewReader(plan), &out, &errOut)
			all[name+" as "+format] = out.String()
			all[name+" as "+format+", errors"] = fmt.Sprint(errOut.String(), err)
		}
	}
	return all
}

// masks has the mask of each object whose parts can be sensitive.
var masks = map[string]string{
	"before": "before_sensitive", "after": "after_sensitive", "values": "sensitive_values", "config_values": "config_sensitive",
}

// Every text of every plan, made a secret and marked as one, is in no output: where it stands itself, and where something else repeats it.
func TestNoSensitiveValueIsPrinted(t *testing.T) {
	t.Parallel()
	tried, all := 0, plans(t)
	for _, similar := range []string{
		"clean.json", "outputs.json", "ignored.json", "refresh_only.json", "blocked_saved.json", "redeploy.json", "accepted.json", "deployed.json",
	} {
		delete(all, similar) // their objects are those of the others
	}
	// The mask alone covers a short secret.
	for name, plan := range all {
		for i := 0; ; i++ {
			var edited any
			if err := json.Unmarshal([]byte(plan), &edited); err != nil {
				t.Fatal(err)
			}
			s := secretPlanter{n: i, secret: "§"}
			if s.walk(edited, nil, nil); s.old == nil {
				break
			}
			if out := outputs(encoded(t, edited), "json"); strings.Contains(fmt.Sprint(out), "§") {
				t.Fatalf("%s: the secret at %v is printed:\n%s", name, s.path, out)
			}
		}
	}
	for name, plan := range all {
		for i := 0; ; i++ {
			var edited any
			if err := json.Unmarshal([]byte(plan), &edited); err != nil {
				t.Fatal(err)
			}
			// The quote, the pipe, the backtick and the line break are what rendering changes.
			secret := fmt.Sprintf("hunter2 \"%d\" <|`\n", i)
			s := secretPlanter{n: i, secret: secret}
			s.walk(edited, nil, nil)
			if s.old == nil {
				break
			}
			tried++
			text := encoded(t, edited)
			if old, ok := s.old.(string); ok && len(old) > 8 {
				text = strings.ReplaceAll(text, `"`+old+`"`, encoded(t, "a "+secret+" b")) // what is computed from it
			}
			for where, out := range outputs(text, "markdown", "json") {
				if strings.Contains(out, "hunter2") {
					t.Fatalf("%s, %s: the secret at %v is printed:\n%s", name, where, s.path, out)
				}
			}
		}
	}
	if tried < 500 {
		t.Errorf("only %d values were tried", tried)
	}
	t.Logf("%d values", tried)
}

// secretPlanter replaces the nth text or number of the objects of a plan and marks it in the mask.
type secretPlanter struct {
	n      int
	secret string
	// old is what was replaced, nil if there are fewer.
	old  any
	path []string
}

func (s *secretPlanter) walk(v any, path []string, mask func(any)) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			inner := append(slices.Clone(path), name)
			below := mask
			if maskName, ok := masks[name]; ok && mask == nil && (name != "values" || v["type"] != nil) {
				below = func(m any) { v[maskName] = m }
			} else if mask != nil {
				below = func(m any) { mask(map[string]any{name: m}) }
			}
			if below != nil && s.leaf(v[name], inner) {
				v[name] = s.secret
				below(true)
				return
			}
			if s.walk(v[name], inner, below); s.old != nil {
				return
			}
		}
	case []any:
		for i := range v {
			below := mask
			if mask != nil {
				below = func(m any) { mask(append(make([]any, i), m)) }
			}
			if mask != nil && s.leaf(v[i], path) {
				v[i] = s.secret
				below(true)
				return
			}
			if s.walk(v[i], path, below); s.old != nil {
				return
			}
		}
	}
}

func (s *secretPlanter) leaf(v any, path []string) bool {
	switch v.(type) {
	case string, float64:
		if s.n--; s.n < 0 {
			s.old, s.path = v, path
			return true
		}
	}
	return false
}

// A secret is found within what is printed as JSON, too.
func TestNoSensitivePartIsPrinted(t *testing.T) {
	t.Parallel()
	const secret = "hunter2 \"<quoted>\""
	marked := update1("octomil_model", "description", secret, "")
	of(marked, "change")["before_sensitive"] = map[string]any{"description": true}
	plan := encoded(t, planOf(marked, update1("octomil_device_group", "rules", []any{}, []any{map[string]any{"value": "x " + secret}})))
	out := fmt.Sprint(outputs(plan, "markdown", "text", "json"))
	if strings.Contains(out, "hunter2") || !strings.Contains(out, "(sensitive value)") {
		t.Error(out)
	}
}

// Outside of code, too, a text becomes no mention and no link, also in a forge that looks for them after the characters are read.
func TestProse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a `b|c` d":           "a <code>b&#124;c</code> d",
		"a *b*":               "a &#42;b&#42;",
		"@team":               "`@team`",
		"see #1":              "`see #1`",
		"see WWW.example.com": "`see WWW.example.com`",
		"at https://x":        "`at https://x`",
		"an odd ` one":        "an odd  one",
	} {
		if got := review.MarkdownProse(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// A text of a plan adds no column, line, HTML or link to the Markdown, and nothing that a terminal obeys.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	const hostile = "x | `y` <img src=x onerror=alert(1)> @team #1 https://evil.example www.evil.example [a](b) **c**\r\n# d\n\n| e | \x1b[2J\x07 \u202e \\| ``` </code> &lt;"
	plain := shapes(t, "harmless")
	for name, lines := range shapes(t, hostile) {
		if want := plain[name]; lines.lines != want.lines || lines.pipes != want.pipes {
			t.Errorf("%s: %d lines and %d pipes, want %d and %d:\n%s", name, lines.lines, lines.pipes, want.lines, want.pipes, lines.text)
		}
		for _, bad := range []string{"<img", "</code> ", "\x1b", "\x07", "\u202e", "\r", "](", "```"} {
			if strings.Contains(lines.code, bad) {
				t.Errorf("%s: %q in\n%s", name, bad, lines.text)
			}
		}
		for _, r := range lines.text {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%s: %U is printed", name, r)
			}
		}
		if outside := codeSpans.ReplaceAllString(lines.text, ""); strings.ContainsAny(outside, "@#<>`") || strings.Contains(outside, "www.") || strings.Contains(outside, "://") {
			t.Errorf("%s: outside of code there is %s", name, outside)
		}
	}
}

// codeSpans is code, the headings and the numbers of characters.
var codeSpans = regexp.MustCompile("<code>[^<>`|]*</code>|`[^`<>|]*`|&#[0-9]+;")

type shape struct {
	text, code   string
	lines, pipes int
}

// shapes is the Markdown of every plan whose texts are all the same.
func shapes(t *testing.T, text string) map[string]shape {
	t.Helper()
	all := map[string]shape{}
	for name, plan := range plans(t) {
		var edited any
		if err := json.Unmarshal([]byte(plan), &edited); err != nil {
			t.Fatal(err)
		}
		infect(edited, text)
		for _, command := range []string{"review", "drift"} {
			var out, errOut strings.Builder
			if _, err := review.Commands[command]([]string{"-format", "markdown"}, strings.NewReader(encoded(t, edited)), &out, &errOut); err != nil &&
				!strings.Contains(err.Error(), "the plan failed") {
				t.Fatalf("%s: %v", name, err)
			}
			all[name+", "+command] = shape{
				text: out.String(), code: strings.ReplaceAll(out.String(), "</code>", ""), lines: strings.Count(out.String(), "\n"), pipes: strings.Count(out.String(), "|"),
			}
		}
	}
	return all
}

// kept is what infect leaves alone, because it decides what a change is.
var kept = []string{"format_version", "mode", "type", "actions", "operation", "on_destroy", "status", "configuration", "module_address"}

func infect(v any, text string) {
	switch v := v.(type) {
	case map[string]any:
		for name, part := range v {
			if slices.Contains(kept, name) || strings.HasSuffix(name, "_version") && name == "format_version" {
				continue
			}
			if s, ok := part.(string); ok {
				v[name] = s + text
				continue
			}
			infect(part, text)
		}
	case []any:
		for i, part := range v {
			if s, ok := part.(string); ok {
				v[i] = s + text
				continue
			}
			infect(part, text)
		}
	}
}
