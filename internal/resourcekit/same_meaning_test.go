package resourcekit

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestWhatMeansTheSame(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		key, planned, got, before string
		// same is true whoever wrote it, may only of the answer to our own write.
		same, may, rounded bool
	}{
		"a line break":              {"x", `"phones\n"`, `"phones"`, `null`, true, true, false},
		"composed letters":          {"x", `"caf\u00e9"`, `"cafe\u0301"`, `null`, true, true, false},
		"nothing and an empty text": {"x", `null`, `" "`, `null`, true, true, false},
		"case":                      {"x", `"Lab"`, `"lab"`, `null`, false, true, false},
		"another text":              {"x", `"lab"`, `"labs"`, `null`, false, false, false},
		"single precision":          {"x", `12.3`, `12.300000190734863`, `null`, true, true, false},
		"a whole number near by":    {"x", `16777217`, `16777216`, `null`, false, false, false},
		"whole percents":            {"traffic_percentage", `12.5`, `12`, `null`, false, true, true},
		"rounded up":                {"traffic_percentage", `12.5`, `13`, `null`, false, false, false},
		"nothing left of a percent": {"error_threshold_percent", `0.5`, `0`, `null`, false, false, false},
		"a fraction of no percent":  {"min_memory_gb", `7.5`, `7`, `null`, false, false, false},
		"another order":             {"x", `["a","b"]`, `["b","a"]`, `null`, false, true, false},
		"an element less":           {"x", `["a","b"]`, `["a"]`, `null`, false, false, false},
		"a label more":              {"x", `{"a":"1"}`, `{"a":"1","by":"server"}`, `null`, false, true, false},
		"a label that was to go":    {"x", `{"a":"1"}`, `{"a":"1","b":"2"}`, `{"a":"1","b":"2"}`, false, false, false},
		"a label less":              {"x", `{"a":"1","b":"2"}`, `{"a":"1"}`, `null`, false, false, false},
		"folded keys":               {"x", `{"Floor":"2"}`, `{"floor":"2"}`, `null`, false, true, false},
		"a JSON object":             {"x", `"{ \"a\": 1.0 }"`, `"{\"a\":1}"`, `null`, true, true, false},
		"a number and a text":       {"x", `1`, `"1"`, `null`, false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var planned, got, before any
			for text, value := range map[string]*any{tc.planned: &planned, tc.got: &got} {
				if err := json.Unmarshal([]byte(text), value); err != nil {
					t.Fatal(err)
				}
			}
			if err := json.Unmarshal([]byte(tc.before), &before); err != nil {
				t.Fatal(err)
			}
			if same := SameJSON(planned, got); same != tc.same {
				t.Errorf("the same: %t", same)
			}
			if may, rounded := MayBecomeJSON(tc.key, planned, got, before); may != tc.may || rounded != tc.rounded {
				t.Errorf("the answer to our write: %t, rounded %t", may, rounded)
			}
		})
	}
}

// What the server has added to our write stays hidden, and nothing else does.
func TestAnswersHideNothingElse(t *testing.T) {
	t.Parallel()
	set := func(texts ...string) tftypes.Value {
		elements := []tftypes.Value{}
		for _, text := range texts {
			elements = append(elements, tftypes.NewValue(tftypes.String, text))
		}
		return tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, elements)
	}
	object := objectType{Object: tftypes.Object{AttributeTypes: map[string]tftypes.Type{"tags": set().Type()}}}
	of := func(tags tftypes.Value) tftypes.Value {
		return tftypes.NewValue(object.Object, map[string]tftypes.Value{"tags": tags})
	}
	w := object.afterWrite(of(set("EU")), of(set("eu", "server")), tftypes.NewValue(object.Object, nil))
	if len(w.different) > 0 || !w.state.Equal(of(set("EU"))) {
		t.Fatalf("after the write: %v, %s", w.different, w.state)
	}
	for name, tc := range map[string]struct{ now, want tftypes.Value }{
		"the same answer":   {set("eu", "server"), set("EU")},
		"in another order":  {set("server", "eu"), set("EU")},
		"one added":         {set("eu", "server", "x"), set("EU", "x")},
		"ours is gone":      {set("server"), set()},
		"its own is gone":   {set("eu"), set("EU")},
		"all of it is gone": {set(), set()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := object.afterRead(w.state, of(tc.now), w.answers); !got.Equal(of(tc.want)) {
				t.Errorf("got %s", cmp.Diff(of(tc.want).String(), got.String()))
			}
		})
	}
	exact := objectType{Object: object.Object, exact: []string{"tags"}}
	if w := exact.afterWrite(of(set("eu")), of(set("eu", "server")), tftypes.NewValue(object.Object, nil)); len(w.different) != 1 {
		t.Errorf("of an attribute to which nothing is added: %v", w.different)
	}
}
