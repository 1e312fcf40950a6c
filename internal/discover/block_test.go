package discover

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestLabel(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"phi-4-mini": "phi_4_mini", "phi-4-mini/1.0.0": "phi_4_mini_1_0_0", "Über Größe": "uber_gro_e", "7b": "model_7b", "": "model", "日本": "model",
		"__x__": "x", "a\x00b": "a_b", "\xff\xfe": "model", "ﬁne": "fine", strings.Repeat("a", 70): strings.Repeat("a", 64),
		strings.Repeat("a", 63) + "-b": strings.Repeat("a", 63), "oncall@example.com": "oncall_example_com",
	} {
		if got := label("octomil_model", name); got != want {
			t.Errorf("%q becomes %q; want %q", name, got, want)
		}
	}
}

func TestSetLabels(t *testing.T) {
	t.Parallel()
	objects := []found{
		{kind: kinds[1], name: "a/1", id: "m1/1"}, {kind: kinds[0], name: "a b", id: "m3"}, {kind: kinds[0], name: "A-B", id: "m2"},
		{kind: kinds[0], name: "a_b_2", id: "m4"}, {kind: kinds[0], name: "a_b", id: "m1"}, {kind: kinds[3], name: "a b", id: "g1"},
	}
	want := []string{
		"octomil_model.a_b m1", "octomil_model.a_b_3 m2", "octomil_model.a_b_4 m3", "octomil_model.a_b_2 m4", "octomil_model_version.a_1 m1/1",
		"octomil_device_group.a_b g1",
	}
	for range objects {
		objects = append(objects[1:], objects[0])
		some := slices.Clone(objects)
		setLabels(some, nil)
		var got []string
		for _, o := range some {
			got = append(got, o.typeName+"."+o.label+" "+o.id)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("labels (-want +got):\n%s", diff)
		}
	}
}

// A label that another resource has already is numbered too.
func TestSetLabelsBesideOthers(t *testing.T) {
	t.Parallel()
	objects := []found{{kind: kinds[0], name: "a", id: "m1"}, {kind: kinds[0], name: "A", id: "m2"}, {kind: kinds[3], name: "a", id: "g1"}, {kind: kinds[0], name: "b", id: "m3"}}
	setLabels(objects, map[address]bool{{modelType, "a"}: true, {modelType, "a_2"}: true, {groupType, "b"}: true})
	var got []string
	for _, o := range objects {
		got = append(got, o.typeName+"."+o.label+" "+o.id)
	}
	want := []string{"octomil_model.a_3 m1", "octomil_model.a_4 m2", "octomil_model.b m3", "octomil_device_group.a g1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
}

// Whatever the names and the IDs are, the file has one import block for each object, with its ID, and no address twice.
func TestBlocksOfAnyNames(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var objects []found
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"a", "A", "a_2", "${a}", "%{if}", "\"", "\\", "}\nresource", "$${", "*/", "\u2028"}))
		for i := range rapid.IntRange(0, 12).Draw(t, "objects") {
			k := rapid.SampledFrom(kinds).Draw(t, "kind")
			objects = append(objects, found{kind: k, name: text.Draw(t, "name"), id: fmt.Sprint(i) + text.Draw(t, "id")})
		}
		setLabels(objects, nil)
		source := blocks(objects)
		file, diags := hclsyntax.ParseConfig(source, "imports.tf", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatalf("%v in\n%s", diags, source)
		}
		body, ok := file.Body.(*hclsyntax.Body)
		if !ok || len(body.Blocks) != len(objects) || len(body.Attributes) != 0 {
			t.Fatalf("not %d blocks:\n%s", len(objects), source)
		}
		seen := map[reference]bool{}
		for i, block := range body.Blocks {
			r, id, ok := imported(block.Body)
			switch {
			case !ok || block.Type != "import" || id != norm.NFC.String(objects[i].id):
				t.Fatalf("%q is not the ID %q:\n%s", id, objects[i].id, source)
			case seen[r] || !hclsyntax.ValidIdentifier(r.label) || r.typeName != objects[i].typeName:
				t.Fatalf("%v is no new address of a %s:\n%s", r, objects[i].typeName, source)
			}
			seen[r] = true
		}
	})
}
