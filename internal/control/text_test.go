package control

import "testing"

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
