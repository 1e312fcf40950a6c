package resourcekit

import "testing"

func TestWrittenValues(t *testing.T) {
	t.Parallel()
	var w WrittenValues
	if w.IsIgnored("a", "1") {
		t.Error("without a validation, nothing is known to be ignored")
	}
	w.Write("a", "1")
	w.Write("b", "2")
	if w.IsIgnored("a", "1") || !w.IsIgnored("b", "1") {
		t.Error("a planned value is ignored if another one is written for the same thing")
	}
	if w.IsIgnored("a", "2") || w.IsIgnored("b", "1") {
		t.Error("a plan does not use up what was validated")
	}
	w.Write("a", "1")
	w.Write("a", "2")
	if w.IsIgnored("a", "1") || w.IsIgnored("a", "2") {
		t.Error("of two resources for one thing, neither is ignored")
	}
}
