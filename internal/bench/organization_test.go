//go:build bench

package bench

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

const (
	root    = "/api/v1"
	version = "1.0.0"
	// groupsPerModel is the number of groups that each model is deployed to, in addition to the fleet.
	groupsPerModel = 9
	// scopesPerModel are the groups and the fleet.
	scopesPerModel = groupsPerModel + 1
	// memberBatch is the number of devices that one request adds.
	memberBatch = 1000
)

// organization is a sandbox with a number of devices and without groups.
type organization struct {
	*acctest.Sandbox
	devices []string
}

func newOrganization(t testing.TB, dialect sandbox.Dialect, devices int) organization {
	t.Helper()
	o := organization{Sandbox: acctest.Start(t, func(opts *sandbox.Options) {
		opts.Dialect, opts.Devices = dialect, max(devices, 1)
	})}
	for _, g := range list(t, o.Do(t, http.MethodGet, root+"/device-groups", nil), "groups") {
		o.Do(t, http.MethodDelete, root+"/device-groups/"+text(t, g["id"]), nil)
	}
	for len(o.devices) < devices {
		page := o.Do(t, http.MethodGet, fmt.Sprintf("%s/devices?limit=1000&offset=%d", root, len(o.devices)), nil)
		for _, entry := range list(t, page, "devices") {
			o.devices = append(o.devices, text(t, entry["id"]))
		}
	}
	return o
}

// groups creates n static groups and returns their IDs. Each has other members.
func (o organization) groups(t testing.TB, n, members int) []string {
	t.Helper()
	ids := make([]string, n)
	for i := range ids {
		g := o.Do(t, http.MethodPost, root+"/device-groups", map[string]any{"name": groupName(i), "group_type": "static"})
		ids[i] = text(t, g["id"])
		o.join(t, ids[i], o.devices[i*members:(i+1)*members])
	}
	return ids
}

func groupName(i int) string { return fmt.Sprintf("group-%d", i) }

// join adds devices to a group.
func (o organization) join(t testing.TB, group string, devices []string) {
	t.Helper()
	for len(devices) > 0 {
		batch := devices[:min(memberBatch, len(devices))]
		devices = devices[len(batch):]
		o.Do(t, http.MethodPost, root+"/device-groups/"+group+"/devices", map[string]any{"device_ids": batch})
	}
}

// models creates n models with one published version and returns their names.
func (o organization) models(t testing.TB, n int) []string {
	t.Helper()
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("model-%d", i)
		m := o.Do(t, http.MethodPost, root+"/models", map[string]any{"name": names[i], "framework": "onnx", "use_case": "bench"})
		o.register(t, text(t, m["id"]), version)
	}
	return names
}

// register creates a published version of a model.
func (o organization) register(t testing.TB, model, number string) {
	t.Helper()
	at := root + "/models/" + model + "/versions"
	o.Do(t, http.MethodPost, at, map[string]any{
		"version": number, "format": "onnx", "storage_path": "models/" + model, "checksum": "sha256:0", "size_bytes": 1,
	})
	o.Do(t, http.MethodPost, at+"/"+number+"/publish", nil)
}

// deploy deploys each model to the fleet and to the groups, lets the devices update, and returns the import IDs of the deployments.
func (o organization) deploy(t testing.TB, models []string, groups int) (ids []string) {
	t.Helper()
	for _, model := range models {
		ids = append(ids, model)
		o.Do(t, http.MethodPost, root+"/models/"+model+"/rollouts", map[string]any{
			"version": version, "rollout_percentage": 100, "target_percentage": 100, "increment_step": 1, "start_immediately": true,
		})
		for g := range groups {
			ids = append(ids, model+"/"+groupName(g))
			o.Do(t, http.MethodPost, root+"/deploy/execute", map[string]any{
				"model_name": model, "model_version": version, "group": groupName(g), "rollout_percentage": 100, "strategy": "immediate",
			})
		}
	}
	o.Clock.Skip(time.Minute)
	o.Settle()
	return ids
}

func list(t testing.TB, answer map[string]any, key string) []map[string]any {
	t.Helper()
	entries, ok := answer[key].([]any)
	if !ok {
		if entries, ok = answer["items"].([]any); !ok {
			t.Fatalf("the answer has no list: %v", answer)
		}
	}
	objects := make([]map[string]any, len(entries))
	for i, entry := range entries {
		if objects[i], ok = entry.(map[string]any); !ok {
			t.Fatalf("%v is no object", entry)
		}
	}
	return objects
}

func text(t testing.TB, value any) string {
	t.Helper()
	s, ok := value.(string)
	if !ok {
		t.Fatalf("%v is no text", value)
	}
	return s
}
