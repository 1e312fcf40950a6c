package policy

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// privateMap is private state in memory.
type privateMap map[string][]byte

func (p privateMap) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) {
	return p[key], nil
}

func (p privateMap) SetKey(_ context.Context, key string, value []byte) diag.Diagnostics {
	p[key] = value
	return nil
}

// An import saves originals without values, to which a later update can add values.
func TestOriginalsAfterImport(t *testing.T) {
	t.Parallel()
	private := privateMap{}
	var diags diag.Diagnostics
	originals{Imported: true}.save(t.Context(), private, &diags)
	got := loadOriginals(t.Context(), private, &diags)
	g := guardrails{AutoRollback: types.BoolValue(true)}
	got.add(managed(g.fields()), control.Settings{"auto_rollback_enabled": false})
	want := originals{Imported: true, Before: map[string]original{"auto_rollback_enabled": {Value: false}}, Written: map[string]any{}}
	if diff := cmp.Diff(want, got); diff != "" || diags.HasError() {
		t.Errorf("originals (-want +got), %v:\n%s", diags, diff)
	}
}

func TestOriginalsKeepFirstValue(t *testing.T) {
	t.Parallel()
	private := privateMap{}
	var diags diag.Diagnostics
	g := guardrails{AutoRollback: types.BoolValue(true), ErrorThreshold: types.Float64Value(2)}
	first := loadOriginals(t.Context(), private, &diags)
	first.add(managed(g.fields()), control.Settings{"auto_rollback_enabled": false})
	first.save(t.Context(), private, &diags)
	second := loadOriginals(t.Context(), private, &diags)
	second.add(managed(g.fields()), control.Settings{"auto_rollback_enabled": true, "error_threshold_percent": 2.0})
	want := originals{Before: map[string]original{
		"auto_rollback_enabled": {Value: false}, "error_threshold_percent": {Absent: true},
	}, Written: map[string]any{}}
	if diff := cmp.Diff(want, second); diff != "" || diags.HasError() {
		t.Errorf("originals (-want +got), %v:\n%s", diags, diff)
	}
}

func TestRestore(t *testing.T) {
	t.Parallel()
	saved := originals{Before: map[string]original{
		"auto_rollback_enabled":   {Value: false},
		"error_threshold_percent": {Value: 5.0},
		"min_os_version":          {Value: map[string]any{"ios": "16", "android": "13"}},
		"min_rollout_duration":    {Value: nil},
		"min_memory_gb":           {Absent: true},
		"require_approval":        {Absent: true},
	}}
	due, remaining := saved.restore(new(guardrails).fields(), control.Settings{
		"auto_rollback_enabled": true, "error_threshold_percent": 5.0, "crash_threshold_percent": 3.0,
		"min_os_version": map[string]any{"android": "13", "ios": "16"}, "min_rollout_duration": "1h", "min_memory_gb": 4.0, "require_approval": true,
	})
	want := control.Settings{"auto_rollback_enabled": false, "min_rollout_duration": nil, "min_memory_gb": nil}
	if diff := cmp.Diff(want, due); diff != "" {
		t.Errorf("settings to write (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"rollout_limits.require_approval"}, remaining); diff != "" {
		t.Errorf("remaining (-want +got):\n%s", diff)
	}
	after := control.Settings{"auto_rollback_enabled": true, "min_rollout_duration": nil}
	if diff := cmp.Diff([]string{"auto_rollback"}, notRestored(new(guardrails).fields(), due, after)); diff != "" {
		t.Errorf("notRestored (-want +got):\n%s", diff)
	}
}
