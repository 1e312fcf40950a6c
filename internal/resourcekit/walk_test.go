package resourcekit

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func configOf(version string) tftypes.Value {
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"version": tftypes.String, "tags": tftypes.List{ElementType: tftypes.String}}}
	value := tftypes.NewValue(tftypes.String, version)
	if version == "?" {
		value = tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
	}
	return tftypes.NewValue(object, map[string]tftypes.Value{"version": value, "tags": tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, nil)})
}

// event is a request of Terraform, and whether it begins another walk.
type event struct {
	request, what string
	begins        bool
}

// The walks of Terraform, as the provider sees them: v validates, p plans, d plans a destroy, r reads, w writes.
func TestWalk(t *testing.T) {
	t.Parallel()
	for name, events := range map[string][]event{
		"a plan": {{"r", "a", false}, {"r", "b", false}, {"v", "1", false}, {"p", "1", false}, {"v", "2", false}, {"p", "2", false}, {"d", "", false}},
		"a plan whose requests overlap": {
			{"v", "1", false}, {"v", "2", false}, {"p", "2", false}, {"v", "3", false}, {"p", "1", false}, {"r", "a", false}, {"p", "3", false},
		},
		"a plan of two addresses of one object": {{"r", "a", false}, {"v", "1", false}, {"p", "1", false}, {"r", "a", false}, {"v", "1", false}, {"p", "1", false}},
		"an apply": {
			{"v", "1", false}, {"p", "1", false}, {"w", "", false}, {"v", "2", false}, {"p", "2", false}, {"w", "", false},
			{"w", "", false}, {"v", "1", false}, {"p", "1", false}, {"w", "", false},
		},
		"a test that applies and plans": {
			{"v", "?", false}, {"v", "1", false}, {"p", "1", false}, {"v", "1", false}, {"p", "1", false}, {"w", "", false},
			{"v", "?", false}, {"r", "a", true}, {"v", "2", false}, {"p", "2", false},
		},
		"a test that applies and plans to create": {
			{"v", "?", false}, {"v", "1", false}, {"p", "1", false}, {"v", "1", false}, {"p", "1", false}, {"w", "", false},
			{"v", "?", false}, {"v", "2", false}, {"p", "2", true},
		},
		"a test that plans twice": {
			{"v", "?", false}, {"v", "1", false}, {"p", "1", false},
			{"v", "?", false}, {"v", "2", false}, {"p", "2", true},
		},
		"a test that plans twice what exists": {
			{"v", "?", false}, {"r", "a", false}, {"v", "1", false}, {"p", "1", false},
			{"v", "?", false}, {"r", "a", true}, {"v", "2", false}, {"p", "2", false},
		},
		"a test without variables": {
			{"v", "1", false}, {"v", "2", false}, {"v", "1", false}, {"p", "1", false}, {"v", "2", false}, {"p", "2", false},
			{"v", "1", false}, {"v", "3", false}, {"v", "1", false}, {"p", "1", true}, {"v", "3", false}, {"p", "3", false},
		},
		"the destroy at the end of a test": {
			{"v", "?", false}, {"v", "1", false}, {"p", "1", false}, {"v", "1", false}, {"p", "1", false}, {"w", "", false}, {"d", "", true}, {"w", "", false},
		},
	} {
		var w walk
		for i, e := range events {
			var begins bool
			switch e.request {
			case "v":
				w.validate("octomil_model", configOf(e.what))
			case "p":
				begins = w.plan("octomil_model", configOf(e.what))
			case "d":
				begins = w.plan("octomil_model", tftypes.NewValue(configOf("1").Type(), nil))
			case "r":
				begins = w.read(Object{TypeName: "octomil_model", ID: e.what})
			case "w":
				w.write()
			}
			if begins != e.begins {
				t.Errorf("%s: request %d, %s %s, begins another walk: %t", name, i, e.request, e.what, begins)
			}
		}
	}
}

func TestMayEqual(t *testing.T) {
	t.Parallel()
	list := tftypes.List{ElementType: tftypes.String}
	text := func(value any) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }
	for name, tc := range map[string]struct {
		a, b tftypes.Value
		want bool
	}{
		"equal":              {text("a"), text("a"), true},
		"different":          {text("a"), text("b"), false},
		"unknown":            {text("a"), text(tftypes.UnknownValue), true},
		"null":               {text("a"), text(nil), false},
		"both null":          {text(nil), text(nil), true},
		"an unknown element": {tftypes.NewValue(list, []tftypes.Value{text("a")}), tftypes.NewValue(list, []tftypes.Value{text(tftypes.UnknownValue)}), true},
		"a longer list":      {tftypes.NewValue(list, []tftypes.Value{text("a")}), tftypes.NewValue(list, []tftypes.Value{}), false},
		"unknown attribute":  {configOf("1"), configOf("?"), true},
		"other attribute":    {configOf("1"), configOf("2"), false},
	} {
		if got := mayEqual(tc.a, tc.b); got != tc.want {
			t.Errorf("%s: %t", name, got)
		}
		if got := mayEqual(tc.b, tc.a); got != tc.want {
			t.Errorf("%s, the other way round: %t", name, got)
		}
	}
}
