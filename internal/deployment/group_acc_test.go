package deployment_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

const inStaging = `group = "staging"`

// inGroup is a harness for a group of a sandbox as it is.
func inGroup(t *testing.T, sb *acctest.Sandbox, group string) *harness {
	t.Helper()
	h := onSandbox(t, sb)
	h.group = group
	return h
}

// settle waits for the devices and expects these versions in the group, and those in the whole fleet.
func (h *harness) settle(group, fleet map[string]int) {
	h.Helper()
	h.hasVersions(h.group, group)
	h.sb.ExpectFleet(h, phi, fleet)
}

func TestAccModelDeployment_group(t *testing.T) {
	t.Parallel()
	acctest.EachDialectVirtually(t, func(t *testing.T, sb *acctest.Sandbox, _ sandbox.Dialect) {
		t.Helper()
		const write = "POST execute deployment"
		h := inGroup(t, sb, "staging")
		// The members have it from the fleet. It is made their own, so that they keep it when the fleet moves on.
		h.creates(pin("1.0.0", "group", "staging"), write)
		h.core.ExpectState(t, map[string]any{"id": "phi-4-mini/staging", "status": "completed", "active_version": "1.0.0"})

		h.updates(pin("2.0.0", "group", "staging", "rollout", map[string]any{"percentage": 50}), "deploy 1.0.0 2.0.0", write)
		h.settle(map[string]int{"1.0.0": 12, "2.0.0": 12}, map[string]int{"1.0.0": 112, "2.0.0": 12})
		h.core.ExpectState(t, map[string]any{"status": "active", "version": "2.0.0"})

		h.updates(pin("2.0.0", "group", "staging"), "advance 2.0.0 2.0.0", write)
		h.settle(map[string]int{"2.0.0": 24}, map[string]int{"1.0.0": 100, "2.0.0": 24})
		h.core.ExpectState(t, map[string]any{"status": "completed", "active_version": "2.0.0"})

		h.updates(pin("1.0.0", "group", "staging", "reason", "slow"), "rollback 2.0.0 1.0.0", write)
		h.settle(map[string]int{"1.0.0": 24}, map[string]int{"1.0.0": 124})
		h.core.ExpectState(t, map[string]any{"status": "completed", "previous_version": "2.0.0"})
		h.core.ExpectImport(t, "phi-4-mini/staging", "last_operation", "version_since", "reason", "previous_version", "rollout_id")

		// The fleet goes on without the group: the more specific assignment wins. The reason alone is updated.
		sb.Do(t, "POST", "/api/v1/models/phi-4-mini/rollouts", map[string]any{
			"version": "2.0.0", "rollout_percentage": 100, "target_percentage": 100, "increment_step": 100, "start_immediately": true,
		})
		h.core.Converge(t, pin("1.0.0", "group", "staging"), acctest.ActionUpdate)
		h.settle(map[string]int{"1.0.0": 24}, map[string]int{"2.0.0": 100, "1.0.0": 24})
	})
}

func TestAccModelDeployment_groupLateJoiners(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := inGroup(t, acctest.StartVirtual(t), "staging")
		config := pin("2.0.0", "group", "staging")
		h.creates(config, "POST execute deployment")
		joinStaging(t, h.sb)
		// The newcomer runs what the fleet runs: the pin stands, and is owed to one device.
		plan := h.core.Plan(config)
		if now := h.core.State()["percentage"]; plan.Planned["percentage"] == now {
			t.Errorf("percentage is %v before and after", now)
		}
		h.updates(config, "advance 2.0.0 2.0.0", "POST execute deployment")
		h.settle(map[string]int{"2.0.0": 25}, map[string]int{"1.0.0": 99, "2.0.0": 25})
	})
}

// joinStaging adds one device to the group that is not in it yet.
func joinStaging(t *testing.T, sb *acctest.Sandbox) {
	t.Helper()
	listed := func(path, key string) []any {
		answer := sb.Do(t, "GET", path, nil)
		if items, bare := answer["items"].([]any); bare {
			return items
		}
		return answer[key].([]any)
	}
	var staging string
	for _, g := range listed("/api/v1/device-groups?org_id=demo", "groups") {
		if group := g.(map[string]any); group["name"] == "staging" {
			staging = fmt.Sprint(group["id"])
		}
	}
	members := map[any]bool{}
	for _, d := range listed("/api/v1/device-groups/"+staging+"/devices?limit=1000", "devices") {
		members[d.(map[string]any)["id"]] = true
	}
	for _, d := range listed("/api/v1/devices?org_id=demo&limit=1000", "devices") {
		if id := d.(map[string]any)["id"]; !members[id] {
			sb.Do(t, "POST", "/api/v1/device-groups/"+staging+"/devices", map[string]any{"device_ids": []any{id}})
			return
		}
	}
	t.Fatal("every device is in staging already")
}

func TestAccModelDeployment_groupEmpty(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := onSandbox(t, acctest.StartVirtual(t))
		h.sb.Do(t, "POST", "/api/v1/device-groups", map[string]any{"org_id": "demo", "name": "empty", "group_type": "static"})
		h.core.Converge(t, pin("2.0.0", "group", "empty"), acctest.ActionCreate)
		h.sb.ExpectFleet(t, phi, all("1.0.0"))
		h.core.ExpectState(t, map[string]any{"version": "2.0.0", "status": "completed"})
	})
}

func TestAccModelDeployment_groupPaused(t *testing.T) {
	t.Parallel()
	h := onSandbox(t, acctest.StartVirtual(t))
	h.core.ExpectRefused(t, pin("2.0.0", "group", "staging", "paused", true), "Invalid Attribute Combination")
}
