package control

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// again decodes what a server that spells everything in the contract's first way would have sent for the same object.
func again[T any](t *testing.T, wire map[string]any) T {
	t.Helper()
	encoded, err := json.Marshal(wire)
	if err != nil {
		t.Fatalf("%v cannot be written again: %v", wire, err)
	}
	var out T
	if err := json.Unmarshal(encoded, &out); err != nil {
		t.Fatalf("%s is not understood: %v", encoded, err)
	}
	return out
}

func wireTime(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.Format(time.RFC3339Nano)
}

// Both forms of a list hold the same items, and no item is half there.
func FuzzList(f *testing.F) {
	for _, body := range []string{
		`[]`, `null`, `{}`, `{"devices":null}`, `{"devices":[],"total":0}`,
		`[{"id":"dev_1"},{"device_id":2,"status":"active"}]`,
		`{"devices":[{"id":1.0,"assignments":[{"model_id":7,"version":"1"}]}],"total":"1","limit":1000,"offset":0}`,
		`{"devices":[{"id":""}],"total":1}`, `{"total":3}`, ` [ {"id":"a"} ] `, `{"devices":[[]],"total":1e300}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p := page[Device]{key: "devices"}
		if json.Unmarshal(body, &p) != nil {
			return
		}
		for i, d := range p.items {
			if d.ID == "" {
				t.Errorf("entry %d has no id", i)
			}
		}
		list := json.RawMessage(body)
		var object map[string]json.RawMessage
		if json.Unmarshal(body, &object) == nil {
			list = object["devices"]
		}
		bare := page[Device]{key: "devices"}
		if err := json.Unmarshal(list, &bare); err != nil || bare.total != -1 {
			t.Fatalf("the bare list has the total %d and the error %v", bare.total, err)
		}
		wrapped := page[Device]{key: "devices"}
		if err := json.Unmarshal(fmt.Appendf(nil, `{"devices":%s,"total":7}`, list), &wrapped); err != nil || wrapped.total != 7 {
			t.Fatalf("the object has the total %d and the error %v", wrapped.total, err)
		}
		for _, other := range []page[Device]{bare, wrapped} {
			if diff := cmp.Diff(p.items, other.items); diff != "" {
				t.Errorf("the other form:\n%s", diff)
			}
		}
		if len(p.items) > 0 {
			repeated := page[Device]{key: "devices", previous: p.first, before: len(p.items)}
			if err := json.Unmarshal(list, &repeated); err != nil || !repeated.repeats {
				t.Errorf("the same page once more is not noticed (%v)", err)
			}
		}
	})
}

// A rollout is whole or an error, and the contract's own spelling of it means the same.
func FuzzRollout(f *testing.F) {
	for _, body := range []string{
		`{"id":"rol_1","model_id":"m","version":"1.0.0","status":"active","percentage":10,"target_percentage":100.0,"created_at":"2026-01-02T03:04:05Z"}`,
		`{"rollout_id":5,"version":2,"status":"in_progress","rollout_percentage":"10","from_version":"1","reason":"r","rollback_trigger":"auto"}`,
		`{"id":5.0,"version":"1","status":"cancelled","current_percentage":1e2,"rolled_back_at":"2026-01-02 03:04:05.5+02:00"}`,
		`{"id":"a","version":"1","status":"x","created_at":"0000-01-01T00:00:00+01:00"}`, `{"id":"","version":"1","status":"x"}`, `[]`,
		`{"id":"a","version":"1","status":"active","created_at":"9999-12-31T23:59:59-23:59"}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var r Rollout
		if json.Unmarshal(body, &r) != nil {
			return
		}
		if r.ID == "" || r.Version == "" || r.Status == "" {
			t.Errorf("%s is half a rollout: %+v", body, r)
		}
		got := again[Rollout](t, map[string]any{
			"id": r.ID, "model_id": r.ModelID, "version": r.Version, "status": r.Status, "percentage": r.Percentage,
			"target_percentage": r.TargetPercentage, "previous_version": r.PreviousVersion, "rollback_reason": r.Reason,
			"rollback_trigger": r.Trigger, "created_at": wireTime(r.CreatedAt), "rolled_back_at": wireTime(r.RolledBackAt),
		})
		if diff := cmp.Diff(r, got); diff != "" {
			t.Errorf("in the contract's spelling (-want +got):\n%s", diff)
		}
	})
}

// A count is a number of devices or is not given.
func FuzzAffectedDevices(f *testing.F) {
	for _, body := range []string{
		`{"total":124,"updated":100,"pending":24,"failed":0}`, `{"total_devices":"3","updated":3.0}`, `{"device_count":1e300}`,
		`{"devices":[{},{}]}`, `{"total":null,"devices":[]}`, `{"total":-1,"updated":-1}`, `{"total":1,"updated":0.5}`, `[]`, `{}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var a AffectedDevices
		if json.Unmarshal(body, &a) != nil {
			return
		}
		wire := map[string]any{}
		for name, n := range map[string]*int{"total": a.Total, "updated": a.Updated, "pending": a.Pending, "failed": a.Failed} {
			if n == nil {
				continue
			}
			if *n < 0 {
				t.Errorf("%s is %d", name, *n)
			}
			wire[name] = *n
		}
		if a.AllUpdated() && (a.Total == nil || a.Updated == nil || *a.Updated < *a.Total) {
			t.Errorf("all are updated of %s", body)
		}
		if got := again[AffectedDevices](t, wire); !cmp.Equal(a, got) {
			t.Errorf("in the contract's spelling (-want +got):\n%s", cmp.Diff(a, got))
		}
	})
}

// A group keeps the difference between what is not given and what is empty, and every rule is three words.
func FuzzGroup(f *testing.F) {
	for _, body := range []string{
		`{"id":"grp_1","org_id":"demo","name":"lab","description":"","group_type":"dynamic","rules":[{"field":"platform","operator":"in","value":["ios","android"]}],"tags":[]}`,
		`{"id":7,"name":"lab","mode":"static","description":null,"tags":["a",null],"created_at":"2026-01-02T03:04:05Z"}`,
		`{"id":1,"rules":[{"field":"ram_gb","operator":"gte","value":8.0},{"field":"gpu_available","operator":"eq","value":true},{"value":[[1,[2]],null,{}]}]}`,
		`{"id":"a","rules":null,"tags":null}`, `{}`, `{"id":"a","tags":[{}]}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var g Group
		if json.Unmarshal(body, &g) != nil {
			return
		}
		if g.ID == "" {
			t.Errorf("%s has no id", body)
		}
		got := again[Group](t, map[string]any{
			"id": g.ID, "org_id": g.OrgID, "name": g.Name, "description": g.Description, "group_type": g.Type, "rules": g.Rules,
			"tags": g.Tags, "created_at": g.CreatedAt,
		})
		if diff := cmp.Diff(g, got); diff != "" { // which tells nil from empty
			t.Errorf("in the contract's spelling (-want +got):\n%s", diff)
		}
		sent := GroupSettings{Name: g.Name, Description: g.Description, Rules: g.Rules, Tags: g.Tags}.body()
		for key, given := range map[string]bool{"description": g.Description != nil, "rules": g.Rules != nil, "tags": g.Tags != nil} {
			if _, present := sent[key]; present != given {
				t.Errorf("%s is sent: %t; it is given: %t", key, present, given)
			}
		}
	})
}

// A device keeps the difference between no assignment and a server that does not tell.
func FuzzDevice(f *testing.F) {
	for _, body := range []string{
		`{"id":"dev_1","device_identifier":"phone-1","status":"active","assignments":[{"model_id":"m","version":"1"}]}`,
		`{"device_id":3,"assignments":[]}`, `{"id":"a","assignments":null}`, `{"id":"a","assignments":[{"model_id":7,"version":2.0},{}]}`, `{}`,
		`{"id":"a","assignment":{"model_id":"m","version":"1"}}`, `{"id":"a","assignment":null}`, `{"id":"a","assignment":{"version":"1"}}`,
		`{"id":"a","assignment":[],"assignments":[]}`, `{"id":"a","assignment":null,"assignments":[{"model_id":"m","version":"1"}]}`,
	} {
		f.Add([]byte(body), "m")
	}
	f.Fuzz(func(t *testing.T, body []byte, model string) {
		var d Device
		if json.Unmarshal(body, &d) != nil {
			return
		}
		if d.ID == "" {
			t.Errorf("%s has no id", body)
		}
		assignments := []map[string]any{}
		for _, a := range d.Assignments {
			assignments = append(assignments, map[string]any{"model_id": a.ModelID, "version": a.Version, "source": a.Source})
		}
		wire := map[string]any{"id": d.ID, "device_identifier": d.Identifier, "status": d.Status, "assignments": assignments}
		if d.Assignments == nil {
			delete(wire, "assignments")
		}
		if d.Winning != nil {
			wire["assignment"] = map[string]any{"model_id": d.Winning.ModelID, "version": d.Winning.Version}
		}
		if got := again[Device](t, wire); !cmp.Equal(d, got) {
			t.Errorf("in the contract's spelling (-want +got):\n%s", cmp.Diff(d, got))
		}
		if version := d.assigned(model); version != "" && !strings.Contains(fmt.Sprint(d.Assignments, d.Winning), version) {
			t.Errorf("%q is assigned, which is none of %v, %v", version, d.Assignments, d.Winning)
		}
		if d.assigned(model) != "" && !d.knows(model) {
			t.Errorf("%s assigns a version and says nothing about it", body)
		}
	})
}

// A version has its number, and the contract's own spelling of it means the same.
func FuzzVersion(f *testing.F) {
	for _, body := range []string{
		`{"version":"1.0.0","status":"published","format":"onnx","checksum":"sha256:00","size_bytes":1048576,"created_at":"2026-01-02T03:04:05Z"}`,
		`{"version":2.0,"size_bytes":"1e3"}`, `{"version":null}`, `{"version":"1","description":{}}`, `{"version":"a","size_bytes":null}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var v Version
		if json.Unmarshal(body, &v) != nil {
			return
		}
		if v.Version == "" {
			t.Errorf("%s has no version", body)
		}
		got := again[Version](t, map[string]any{
			"version": v.Version, "status": v.Status, "format": v.Format, "description": v.Description, "checksum": v.Checksum,
			"size_bytes": v.SizeBytes, "created_at": v.CreatedAt,
		})
		exact := cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "SizeBytes" && v.SizeBytes > 1<<53 }, cmpopts.IgnoreFields(Version{}, "SizeBytes"))
		if diff := cmp.Diff(v, got, exact); diff != "" {
			t.Errorf("in the contract's spelling (-want +got):\n%s", diff)
		}
	})
}

// Settings are never null, and survive being sent as they were read.
func FuzzSettings(f *testing.F) {
	for _, body := range []string{
		`{"auto_rollback_enabled":true,"error_threshold_percent":5,"latency_p95_max_ms":null,"min_os_version":{"ios":"17"}}`,
		`null`, `{}`, `[]`, `{"a":1e400}`, `{"a":{"b":[null,1.5,"x"]},"a":2}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var s Settings
		if json.Unmarshal(body, &s) != nil {
			return
		}
		if s == nil {
			t.Fatalf("%q is taken for settings", body)
		}
		if got := again[Settings](t, s); !cmp.Equal(s, got) {
			t.Errorf("read back (-want +got):\n%s", cmp.Diff(s, got))
		}
	})
}
