package acctest

import (
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// bugs are what Terraform and the plugin framework say of a provider that breaks their rules. No user should ever read one of them.
var bugs = []string{
	"Provider produced inconsistent", "inconsistent final plan", "Provider produced invalid plan", "Provider returned invalid result",
	"Invalid Deferred Response", "This is a bug in the provider", "This is always a problem with the provider",
	"This is always an issue in the Terraform Provider", "Unexpected Identity Change", "Plugin did not respond", "plugin crashed",
	"Value Conversion Error", "Provider Defined Function Error",
}

// expectNoBug fails the test if a text has one of the bugs. A command line breaks lines and frames them.
func expectNoBug(t testing.TB, text string) {
	t.Helper()
	words := strings.Join(strings.Fields(strings.ReplaceAll(text, "│", " ")), " ")
	for _, bug := range bugs {
		if strings.Contains(words, bug) {
			t.Errorf("Terraform reports a bug in the provider (%q):\n%s", bug, text)
			return
		}
	}
}

// expectPrintable fails the test where a text would do something to a terminal.
func expectPrintable(t testing.TB, text string) {
	t.Helper()
	if control.Printable(text) != text {
		t.Errorf("this text is not printable: %q", text)
	}
}
