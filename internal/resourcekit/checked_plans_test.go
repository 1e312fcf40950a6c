package resourcekit

import (
	"path/filepath"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// A plan counts as checked for a later process of the same run and the same provider, if it is about the same.
func TestCheckedPlans(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "plans")
	run := func(begun string) *RunNames { return ChecksOfRun(folder, 1, begun) }
	text := func(value any) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }
	about := func(config, state any) resource.ModifyPlanRequest {
		return resource.ModifyPlanRequest{Config: tfsdk.Config{Raw: text(config)}, State: tfsdk.State{Raw: text(state)}}
	}
	update := about("2.0.0", "1.0.0")
	same := NewCheckedPlans(run("monday"), "demo")
	first := NewCheckedPlans(run("monday"), "demo")
	first.add("deployment", update)
	if first.contains("deployment", update) || same.contains("deployment", update) {
		t.Error("what a process, or one beside it, has checked counts as checked before")
	}
	for name, tc := range map[string]struct {
		run          *RunNames
		of, typeName string
		req          resource.ModifyPlanRequest
		want         bool
	}{
		"the same":             {run("monday"), "demo", "deployment", update, true},
		"another run":          {run("tuesday"), "demo", "deployment", update, false},
		"an unknown run":       {run(""), "demo", "deployment", update, false},
		"another provider":     {run("monday"), "other", "deployment", update, false},
		"another type":         {run("monday"), "demo", "group", update, false},
		"another version":      {run("monday"), "demo", "deployment", about("3.0.0", "1.0.0"), false},
		"another state":        {run("monday"), "demo", "deployment", about("2.0.0", "1.1.0"), false},
		"a version known now":  {run("monday"), "demo", "deployment", about(tftypes.UnknownValue, "1.0.0"), false},
		"the deletion of it":   {run("monday"), "demo", "deployment", about(nil, "1.0.0"), false},
		"without other plans":  {ChecksOfRun(folder, 2, "monday"), "demo", "deployment", update, false},
		"a run without a file": {nil, "demo", "deployment", update, false},
	} {
		if got := NewCheckedPlans(tc.run, tc.of).contains(tc.typeName, tc.req); got != tc.want {
			t.Errorf("%s: checked is %t", name, got)
		}
	}
}
