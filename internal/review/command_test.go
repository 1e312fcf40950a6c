package review_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/octomil/terraform-provider-octomil/internal/review"
)

// What is no plan, and no such flag, is an error, and nothing is printed.
func TestCommandsReject(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args, input, message string
	}{
		{"", "", "the input is empty"},
		{"", "  \n", "the input is empty"},
		{"", "PK\x03\x04", "terraform show -json"},
		{"", "Error: no plan", "not JSON"},
		{"", "{", "could not read the JSON"},
		{"", `{"format_version":"1.2","resource_changes":[]} {}`, "more than one JSON value"},
		{"", `{"format_version":"1.2","resource_changes":{}}`, "could not read the JSON"},
		{"", `{"resource_changes":[]}`, "format_version"},
		{"", `{"format_version":"1.0"}`, "state"},
		{"", `{"format_version":"1.0","values":{"root_module":{}}}`, "state"},
		{"-format yaml", "{}", "-format must be"},
		{"-bogus", "{}", "bogus"},
		{"a b", "{}", `unexpected argument "b"`},
		{"/does/not/exist", "", "could not open the plan"},
	} {
		for name, command := range review.Commands {
			var out, errOut strings.Builder
			code, err := command(strings.Fields(c.args), strings.NewReader(c.input), &out, &errOut)
			if err == nil || code != 0 || !strings.Contains(err.Error(), c.message) || !strings.HasPrefix(err.Error(), name+": ") || out.Len() > 0 {
				t.Errorf("%s %s < %q: %d, %v and %q; want an error with %q", name, c.args, c.input, code, err, out.String(), c.message)
			}
		}
	}
	for args, message := range map[string]string{
		"-fail-on bogus": `no kind "bogus"`, "-fail-on rollback,": "no kind", "-max-devices -1": "must not be negative", "-max-devices many": "max-devices",
		"-allow-unknown": "needs -max-devices",
	} {
		if _, err := review.Review(strings.Fields(args), strings.NewReader(load(t, "clean.json")), &strings.Builder{}, &strings.Builder{}); err == nil ||
			!strings.Contains(err.Error(), message) {
			t.Errorf("%s: %v", args, err)
		}
	}
	if _, err := review.Review(nil, strings.NewReader(load(t, "blocked.jsonl")), &strings.Builder{}, &strings.Builder{}); err == nil ||
		!strings.Contains(err.Error(), "terraform show -json") {
		t.Errorf("review of lines: %v", err)
	}
}

// A plan that failed is reviewed as far as it came, and is an error.
func TestReviewOfFailedPlan(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	_, err := review.Review(nil, strings.NewReader(load(t, "blocked.json")), &out, &strings.Builder{})
	if err == nil || !strings.Contains(err.Error(), "the plan failed") || !strings.Contains(out.String(), "**The plan failed") {
		t.Errorf("%v and\n%s", err, out.String())
	}
}

// A plan is read from a file, from the standard input, and as Windows PowerShell writes it.
func TestInput(t *testing.T) {
	t.Parallel()
	plan := load(t, "deployed.json")
	file := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(file, []byte(plan), 0o600); err != nil {
		t.Fatal(err)
	}
	utf16LE := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(plan)) {
		utf16LE = append(utf16LE, byte(unit), byte(unit>>8))
	}
	want := driftOf(t, plan, 2)
	for name, got := range map[string]string{
		"a dash":     driftOf(t, plan, 2, "-"),
		"a file":     driftOf(t, "", 2, file),
		"UTF-16":     driftOf(t, string(utf16LE), 2),
		"UTF-8, BOM": driftOf(t, "\ufeff"+plan, 2),
	} {
		if got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for name, command := range review.Commands {
		var out, errOut strings.Builder
		if code, err := command([]string{"-help"}, strings.NewReader(""), &out, &errOut); code != 0 || err != nil {
			t.Errorf("%s -help: %d and %v", name, code, err)
		}
		want := []string{"Usage: terraform-provider-octomil " + name, "-format", "Exit codes: 0", "show -json"}
		if name == "review" {
			want = append(want, "-max-devices", "-allow-unknown", "-fail-on")
			for _, kind := range review.Kinds() {
				want = append(want, "\n  "+string(kind)+" ")
			}
		}
		for _, text := range want {
			if !strings.Contains(errOut.String(), text) {
				t.Errorf("the help of %s does not have %q", name, text)
			}
		}
	}
}
