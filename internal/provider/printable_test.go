package provider

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestPrintableDiagnostics(t *testing.T) {
	t.Parallel()
	var all []*tfprotov6.Diagnostic
	for i := range 1000 {
		all = append(all,
			&tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityWarning, Summary: "w\n\x1b", Detail: fmt.Sprint(i)},
			&tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityError, Summary: fmt.Sprint("e", i), Detail: "one\n\ttwo\x07"}, nil)
	}
	shown := printableDiagnostics(all)
	if len(shown) != 2*(maxDiagnostics+1) {
		t.Fatalf("%d are shown", len(shown))
	}
	if w, e := shown[0], shown[1]; w.Summary != `w \u001b` || e.Detail != "one\n\ttwo\\u0007" {
		t.Errorf("%q, %q", w.Summary, e.Detail)
	}
	rest := shown[2*maxDiagnostics].Summary + shown[2*maxDiagnostics+1].Summary
	if !strings.Contains(rest, "950 more warnings") || !strings.Contains(rest, "950 more errors") {
		t.Errorf("the end is %q", rest)
	}
	twice := &tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityError, Summary: "e", Attribute: tftypes.NewAttributePath().WithAttributeName("a")}
	same, other := *twice, *twice
	other.Attribute = tftypes.NewAttributePath().WithAttributeName("b")
	if once := printableDiagnostics([]*tfprotov6.Diagnostic{twice, &same, &other}); len(once) != 2 {
		t.Errorf("the same error twice, and one on another attribute, are %d", len(once))
	}
	if printableDiagnostics(nil) != nil {
		t.Error("none became some")
	}
}

func TestPrintableText(t *testing.T) {
	t.Parallel()
	long := printableText(strings.Repeat("é", 2*maxDetail))
	if utf8.RuneCountInString(long) > maxDetail+100 || !strings.HasSuffix(long, "… (10000 more characters)") {
		t.Errorf("…%s", long[len(long)-60:])
	}
	lines := printableText(strings.Repeat("x\n", 5000) + "end")
	if strings.Count(lines, "\n") != maxLines || !strings.HasSuffix(lines, "(4801 more lines)") {
		t.Errorf("%d lines: …%s", strings.Count(lines, "\n"), lines[len(lines)-60:])
	}
	plain := errors.New("plain\ntext")
	if got := printableError(plain); got != plain { //nolint:errorlint // the very same
		t.Errorf("%v became %v", plain, got)
	}
	if got := printableError(errors.New("a\x1b")); got.Error() != `a\u001b` || printableError(nil) != nil {
		t.Errorf("%q", got)
	}
}
