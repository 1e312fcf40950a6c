package deployment_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// promotion is a configuration of octomil_promotion of 2.0.0 with a bake of a day, and further attributes, each a name and a value.
func promotion(more ...any) map[string]any {
	config := map[string]any{"model": phi, "candidate": "2.0.0", "bake": "24h"}
	for i := 0; i < len(more); i += 2 {
		config[more[i].(string)] = more[i+1]
	}
	return config
}

// promotes reads the data source and expects a version, whether it is ready, and words of the reason.
func promotes(t *testing.T, sb *acctest.Sandbox, config map[string]any, version any, ready bool, words string) map[string]any {
	t.Helper()
	got, said := sb.ReadData(t, "octomil_promotion", config)
	if said.Failed() {
		t.Fatal(said.Errors)
	}
	if got["version"] != version || got["ready"] != ready || !strings.Contains(got["reason"].(string), words) {
		t.Errorf("%v, ready %v: %v\nwant %v, %t: %s", got["version"], got["ready"], got["reason"], version, ready, words)
	}
	if warned := len(said.Warnings) > 0; warned != (version == nil) {
		t.Errorf("the warnings are %q", said.Warnings)
	}
	return got
}

// since reads version_since of a deployment after the refresh of a plan.
func (h *harness) since() any {
	h.Helper()
	if plan := h.core.Plan(pin("2.0.0", "group", h.group)); plan.Failed() {
		h.Fatal(plan.Errors)
	}
	return h.core.State()["version_since"]
}

// CONTRACT.md 3.83
func TestAccPromotion_fromGroup(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		sb.Clock.Skip(90 * 24 * time.Hour) // the clocks differ
		staging := inGroup(t, sb, "staging")
		staged := func(more ...any) map[string]any {
			return promotion(append([]any{"from_group", "staging", "from_group_since", staging.since()}, more...)...)
		}
		staging.creates(pin("1.0.0", "group", "staging"), "POST execute deployment")
		promotes(t, sb, staged(), "1.0.0", false, "0 of 24 members of the group staging have 2.0.0")

		before := sb.Clock.Now()
		staging.updates(pin("2.0.0", "group", "staging"), "deploy 1.0.0 2.0.0", "POST execute deployment")
		if got := promotes(t, sb, promotion("from_group", "staging"), "1.0.0", false, "`from_group_since` is null"); got["ready_at"] != nil {
			t.Errorf("ready at %v", got["ready_at"])
		}
		promotes(t, sb, promotion("from_group", "staging", "bake", "0s"), "2.0.0", true, "Every member of the group staging has had 2.0.0.")
		got := promotes(t, sb, staged(), "1.0.0", false, "The bake of 24h ends on")
		since, _ := time.Parse(time.RFC3339, got["since"].(string))
		readyAt, _ := time.Parse(time.RFC3339, got["ready_at"].(string))
		if since.Before(before) || since.Sub(before) > 10*time.Second || readyAt.Sub(since) != 24*time.Hour {
			t.Errorf("since %s, ready at %s; deployed at %s", since, readyAt, before)
		}

		sb.Clock.Skip(readyAt.Sub(sb.Clock.Now()) - 2*time.Second)
		promotes(t, sb, staged(), "1.0.0", false, "The bake of 24h ends on")
		sb.Clock.Skip(4 * time.Second)
		promotes(t, sb, staged(), "2.0.0", true, "for at least 24h")

		// Promoted, it stays, whatever happens in staging.
		fleet := onSandbox(t, sb)
		fleet.creates(pin("2.0.0", "rollout", map[string]any{"percentage": 10}), "POST create rollout")
		promotes(t, sb, staged(), "2.0.0", true, "for at least 24h")
		joinStaging(t, sb)
		promotes(t, sb, staged(), "2.0.0", false, "24 of 25 members of the group staging have 2.0.0. It is the targeted version of the fleet already.")
		if now := staging.since(); now != nil {
			t.Errorf("version_since is %v while a member lacks the version", now)
		}
		// A rollback of the fleet ends it, also once staging has had it for long enough again.
		staging.updates(pin("2.0.0", "group", "staging"), "advance 2.0.0 2.0.0", "POST execute deployment")
		staging.since()
		sb.Clock.Skip(48 * time.Hour)
		fleet.verb("pause")
		promotes(t, sb, staged(), "2.0.0", true, "for at least 24h")
		sb.Do(t, "DELETE", "/api/v1/models/phi-4-mini/rollouts/"+newest(t, sb)+"?force=true", nil)
		promotes(t, sb, staged(), "1.0.0", false, "2.0.0 was rolled back, or its rollout canceled, on the fleet")
		sb.Settle()
		promotes(t, sb, staged("candidate", "0.9.0"), "1.0.0", false, "0.9.0 is older than 1.0.0")
	})
}

// CONTRACT.md 3.39, 3.81, 3.82
func TestAccPromotion_fromPercentage(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, dialect sandbox.Dialect) {
		t.Helper()
		h := onSandbox(t, sb)
		canary := func(more ...any) map[string]any { return promotion(append([]any{"from_percentage", 10}, more...)...) }
		promotes(t, sb, canary(), "1.0.0", false, "2.0.0 is not the targeted version of the fleet")
		begin(t, sb, 5, 100)
		sb.Settle()
		promotes(t, sb, canary(), "2.0.0", false, "is at 5 percent, and must be at 10 or more")
		sb.Clock.Skip(48 * time.Hour)
		advance := func(percentage int) {
			sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts/"+newest(t, sb)+"/update-percentage", map[string]any{"percentage": percentage})
			sb.Settle()
		}
		advance(10)
		promotes(t, sb, canary(), "2.0.0", false, "The bake of 24h ends on")
		sb.Clock.Skip(23 * time.Hour)
		h.verb("pause")
		sb.Clock.Skip(2 * time.Hour)
		promotes(t, sb, canary(), "2.0.0", false, "is paused at 10 percent")
		h.verb("resume")
		got := promotes(t, sb, canary(), "2.0.0", false, "The bake of 24h ends on")
		sb.Clock.Skip(25 * time.Hour)
		ready := promotes(t, sb, canary(), "2.0.0", true, "2.0.0 has been rolled out to at least 10 percent of the fleet since")
		advance(100) // which does not begin another bake
		sb.Settle()
		after := promotes(t, sb, canary(), "2.0.0", true, "for at least 24h")
		if ready["since"] != got["since"] || after["since"] != got["since"] {
			t.Errorf("since %v, %v and %v", got["since"], ready["since"], after["since"])
		}
		if dialect == sandbox.DialectDocs {
			sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollback", map[string]any{"to_version": "1.0.0", "reason": "slow"})
			promotes(t, sb, canary(), "1.0.0", false, "manually: slow. It is not promoted")
		}
	})
}

// A rollback by the policy, long after the bake, ends a promotion from a group as well.
func TestAccPromotion_automaticRollback(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t)
		staging := inGroup(t, sb, "staging")
		staging.creates(pin("2.0.0", "group", "staging"), "POST execute deployment")
		staging.since()
		sb.Clock.Skip(25 * time.Hour)
		staged := promotion("from_group", "staging", "from_group_since", staging.since())
		promotes(t, sb, staged, "2.0.0", true, "")
		fleet := onSandbox(t, sb)
		fleet.creates(pin("2.0.0"), "POST create rollout")
		sb.Clock.Skip(24 * time.Hour)
		promotes(t, sb, staged, "2.0.0", true, "")
		sb.Do(t, "PUT", "/api/v1/settings/demo", map[string]any{"auto_rollback_enabled": true})
		sb.SetHealth(phi, "2.0.0", sandbox.Health{ErrorPercent: 30})
		sb.Settle()
		promotes(t, sb, staged, "1.0.0", false, "automatically by the organization's policy: error rate 30% is above the limit of 5%")
	})
}

func TestAccPromotion_toGroup(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		pilot(t, sb, 10)
		staging := inGroup(t, sb, "staging")
		staging.creates(pin("2.0.0", "group", "staging"), "POST execute deployment")
		staging.since()
		staged := func(more ...any) map[string]any {
			return promotion(append([]any{"group", "pilot", "from_group", "staging", "from_group_since", staging.since()}, more...)...)
		}
		promotes(t, sb, staged(), "1.0.0", false, "The bake of 24h ends on")
		sb.Clock.Skip(25 * time.Hour)
		promotes(t, sb, staged(), "2.0.0", true, "")
		// Half of the group has it when staging is no longer ready: the group is on its way.
		pilots := inGroup(t, sb, "pilot")
		pilots.creates(pin("2.0.0", "group", "pilot", "rollout", map[string]any{"percentage": 20}), "POST execute deployment")
		joinStaging(t, sb)
		promotes(t, sb, staged(), "2.0.0", false, "It is the targeted version of the group pilot already.")
		promotes(t, sb, staged("candidate", "1.0.0"), "1.0.0", false, "")
	})
}

// pilot creates a device group of devices that are not in staging.
func pilot(t *testing.T, sb *acctest.Sandbox, size int) {
	t.Helper()
	group := sb.Do(t, "POST", "/api/v1/device-groups", map[string]any{"org_id": "demo", "name": "pilot", "group_type": "static"})
	var ids []any
	for _, d := range sb.Do(t, "GET", "/api/v1/devices?org_id=demo&limit=1000", nil)["devices"].([]any) {
		ids = append(ids, d.(map[string]any)["id"])
	}
	sb.Do(t, "POST", "/api/v1/device-groups/"+fmt.Sprint(group["id"])+"/devices", map[string]any{"device_ids": ids[len(ids)-size:]})
}

func TestAccPromotion_refusals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t)
		for name, c := range map[string]struct {
			config map[string]any
			words  []string
		}{
			"an unknown candidate":       {promotion("from_percentage", 10, "candidate", "2.0.1"), []string{"candidate: The version does not exist", "`2.0.0`"}},
			"an unknown model":           {promotion("from_percentage", 10, "model", "phi-4-mni"), []string{"The model does not exist"}},
			"an unknown group":           {promotion("from_group", "stagin"), []string{"from_group: The device group does not exist", "`staging`"}},
			"an unknown target":          {promotion("from_group", "staging", "group", "pilots"), []string{"group: The device group does not exist"}},
			"a group by its ID":          {promotion("from_group", "grp_00000001"), []string{"`from_group` must be a name"}},
			"two sources":                {promotion("from_group", "staging", "from_percentage", 10), []string{"Invalid Attribute Combination"}},
			"no source":                  {promotion(), []string{"Missing Attribute Configuration"}},
			"since, and a percentage":    {promotion("from_percentage", 10, "from_group_since", "2026-11-24T12:00:00Z"), []string{"Invalid Attribute Combination"}},
			"a negative bake":            {promotion("from_percentage", 10, "bake", "-1h"), []string{"bake: Invalid duration"}},
			"a bake without a unit":      {promotion("from_percentage", 10, "bake", "24"), []string{"duration"}},
			"a time that is none":        {promotion("from_group", "staging", "from_group_since", "today"), []string{"from_group_since", "RFC3339"}},
			"from a group to itself":     {promotion("from_group", "staging", "group", "staging"), []string{"group: A group cannot be promoted to itself"}},
			"a percentage without sense": {promotion("from_percentage", 101), []string{"from_percentage"}},
		} {
			t.Log(name)
			_, said := sb.ReadData(t, "octomil_promotion", c.config)
			said.ExpectErrors(t, c.words...)
		}
	})
}

func TestAccPromotion_edges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t)
		// The group is empty.
		sb.Do(t, "POST", "/api/v1/device-groups", map[string]any{"org_id": "demo", "name": "empty", "group_type": "static"})
		past := sb.Clock.Now().Add(-48 * time.Hour).UTC().Format(time.RFC3339)
		promotes(t, sb, promotion("from_group", "empty", "from_group_since", past), "1.0.0", false, "The group empty has no members")
		promotes(t, sb, promotion("from_group", "empty", "bake", "0s"), "1.0.0", false, "The group empty has no members")
		// Nothing is deployed to the target: another model.
		sb.Do(t, "POST", "/api/v1/models", map[string]any{"name": "whisper-tiny", "framework": "pytorch", "use_case": "other"})
		sb.Do(t, "POST", "/api/v1/models/whisper-tiny/versions", map[string]any{
			"version": "1.0.0", "storage_path": "s3://models/whisper/1.0.0", "format": "onnx", "checksum": "sha256:00", "size_bytes": 1,
		})
		whisper := map[string]any{"model": "whisper-tiny", "candidate": "1.0.0", "from_group": "staging", "bake": "1h", "from_group_since": past}
		promotes(t, sb, whisper, nil, false, "its status is draft. Nothing is deployed to the fleet.")
		sb.Do(t, "POST", "/api/v1/models/whisper-tiny/versions/1.0.0/publish", map[string]any{})
		promotes(t, sb, whisper, nil, false, "0 of 24 members")
		staging := inGroup(t, sb, "staging")
		staging.core.Converge(t, map[string]any{"model": "whisper-tiny", "version": "1.0.0", "group": "staging"}, acctest.ActionCreate)
		promotes(t, sb, whisper, "1.0.0", true, "")
		// A version that must not be deployed any more.
		staged := inGroup(t, sb, "staging")
		staged.creates(pin("2.0.0", "group", "staging"), "POST execute deployment")
		sb.Do(t, "PUT", "/sandbox/versions/phi-4-mini/2.0.0/status", map[string]any{"status": "retired"})
		promotes(t, sb, promotion("from_group", "staging", "from_group_since", past), "1.0.0", false, "its status is retired")
		if got := maps.Clone(staged.core.State()); got["version_since"] != nil && staged.since() == nil {
			t.Error("version_since is lost by a refresh")
		}
	})
}
