package control

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-log/tflog"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"pgregory.net/rapid"
)

// CONTRACT.md 1.91
func TestSameText(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		a, b         string
		same, folded bool
	}{
		"equal":             {"lab", "lab", true, true},
		"blanks":            {"lab", "  lab\t\n", true, true},
		"a line break":      {"a\nb\n", "a\r\nb", true, true},
		"composed":          {"caf\u00e9", "cafe\u0301", true, true},
		"case":              {"Lab", "lab", false, true},
		"case and letters":  {"CAF\u00c9 ", "cafe\u0301", false, true},
		"a sharp s":         {"stra\u00dfe", "strasse", false, false},
		"a blank inside":    {"a b", "ab", false, false},
		"another accent":    {"e\u0301", "e\u0300", false, false},
		"nothing":           {"", " \n", true, true},
		"something nothing": {"a", "", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := SameText(tc.a, tc.b); got != tc.same {
				t.Errorf("SameText(%q, %q) = %t", tc.a, tc.b, got)
			}
			if got := SameFoldedText(tc.b, tc.a); got != tc.folded {
				t.Errorf("SameFoldedText(%q, %q) = %t", tc.b, tc.a, got)
			}
		})
	}
}

// CONTRACT.md 1.13, 1.91, 1.92
func TestNamesAreFoundHoweverTheyAreSpelled(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, ok(`{"id":"g9","name":"new lab"}`), ok(`[{"id":"g1","name":"cafe\u0301"},{"id":"g2","name":"lab"}]`))
	if _, err := c.CreateGroup(t.Context(), GroupSettings{Name: "New Lab"}); err != nil {
		t.Fatal(err)
	}
	for name, id := range map[string]string{
		"caf\u00e9": "g1", "cafe\u0301": "g1", " lab\n": "g2", "Lab": "", "New Lab": "g9", "new lab": "g9", "other": "",
	} {
		if g, found, err := c.ResolveGroup(t.Context(), name); err != nil || g.ID != id || found != (id != "") {
			t.Errorf("%q finds %v, %t, %v; want %q", name, g, found, err, id)
		}
	}
	c.GroupKnownAs("Lab", Group{ID: "g2", Name: "lab"})
	if g, found, err := c.ResolveGroup(t.Context(), "Lab"); err != nil || !found || g.ID != "g2" {
		t.Errorf("a name that the configuration has: %v, %t, %v", g, found, err)
	}
	if len(w.sent) == 0 {
		t.Error("nothing was sent")
	}
}

// What is printable stays as it is, and nothing else is left.
func TestPrintable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "Two lines\n\tand a tab": "Two lines\n\tand a tab", "été 日本 👍": "été 日本 👍", "a\r\nb": "a\nb",
		"\x1b[31mred\x07": `\u001b[31mred\u0007`, "a\rb\b": `a\u000db\u0008`, "\u009b2J\u0085": `\u009b2J\u0085`, "\u202eabc\u2066": `\u202eabc\u2066`,
		"a\u200bb\ufeff\u2028\u2029": `a\u200bb\ufeff\u2028\u2029`, "\U000e0041": `\U000e0041`, "\xff": "\ufffd", "\x7f\x00": `\u007f\u0000`,
	} {
		if got := Printable(text); got != want {
			t.Errorf("%q is written as %q; want %q", text, got, want)
		}
	}
	if got := PrintableLine("a\r\nb\nc\td\x1b"); got != `a b c d\u001b` {
		t.Errorf("the line is %q", got)
	}
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.String().Draw(r, "text") + rapid.SampledFrom([]string{"", "\x1b", "\u202e", "\xfe"}).Draw(r, "end")
		got := Printable(text)
		if strings.ContainsFunc(got, func(c rune) bool { return c != '\n' && c != '\t' && unicode.In(c, unprintable...) }) || !utf8.ValidString(got) || Printable(got) != got {
			r.Errorf("%q is written as %q", text, got)
		}
		if line := PrintableLine(text); strings.ContainsAny(line, "\n\t\r") || PrintableLine(line) != line {
			r.Errorf("the line of %q is %q", text, line)
		}
	})
}

// Neither the fields nor the message of a log have what a terminal obeys.
func TestPrintableLogs(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	c, _ := scripted(t, reply{status: 400, header: map[string]string{"X-Request-Id": "req\u009b2J\u202e"}, body: "{}"})
	_, err := c.Model(PrintableLogs(tflogtest.RootLogger(t.Context(), &log)), "m")
	if err == nil || !strings.Contains(log.String(), "request_id") {
		t.Fatalf("%v: %s", err, log.String())
	}
	ctx := PrintableLogs(tflogtest.RootLogger(t.Context(), &log))
	tflog.Info(ctx, "a\u202eb", map[string]any{"version": "1\u009b"})
	if strings.ContainsAny(log.String(), "\u009b\u202e") || !strings.Contains(log.String(), "req***2J") {
		t.Errorf("the log is %q", log.String())
	}
}
