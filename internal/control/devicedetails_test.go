package control

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// CONTRACT.md 5.61
func TestDeviceDetailsDecoding(t *testing.T) {
	t.Parallel()
	yes := true
	for body, want := range map[string]DeviceDetails{
		`{"id":"dev_1","device_identifier":"serial","org_id":"demo","name":"till","status":"active","platform":"ios","os_version":"18.1",
		  "sdk_version":"1.2","app_version":3,"manufacturer":"Apple","model":"iPhone","gpu_available":true,"total_memory_mb":"8192",
		  "locale":"de","region":"eu","labels":{"floor":7,"site":"hq"},"created_at":"2026-01-02T03:04:05Z",
		  "assignments":[{"model_id":"m","version":"1"}]}`: {
			Device: Device{ID: "dev_1", Identifier: "serial", Status: "active"}, OrgID: "demo", Name: "till", Platform: "ios",
			OSVersion: "18.1", SDKVersion: "1.2", AppVersion: "3", Manufacturer: "Apple", Model: "iPhone", GPUAvailable: &yes,
			TotalMemoryMB: 8192, Locale: "de", Region: "eu", Labels: map[string]string{"floor": "7", "site": "hq"},
			CreatedAt: "2026-01-02T03:04:05Z",
		},
		`{"device_id":5,"labels":{},"gpu_available":null}`: {Device: Device{ID: "5"}},
	} {
		var got DeviceDetails
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
	for _, body := range []string{`{"name":"till"}`, `[]`, `{"id":"1","gpu_available":"maybe"}`, `{"id":"1","labels":["a"]}`} {
		if err := json.Unmarshal([]byte(body), &DeviceDetails{}); err == nil {
			t.Errorf("%s decodes", body)
		}
	}
}

// The server filters the devices.
//
// CONTRACT.md 5.51
func TestDeviceFilters(t *testing.T) {
	t.Parallel()
	for want, filter := range map[string][2]string{
		"limit=1000&offset=0&org_id=demo":                            {"", ""},
		"limit=1000&offset=0&org_id=demo&platform=ios":               {"ios", ""},
		"limit=1000&offset=0&org_id=demo&platform=ios&status=active": {"ios", "active"},
	} {
		c, w := scripted(t, ok(`{"devices":[{"id":"dev_1"}],"total":1}`))
		devices, err := c.Devices(t.Context(), filter[0], filter[1])
		if err != nil || len(devices) != 1 || devices[0].ID != "dev_1" {
			t.Errorf("got %+v, %v", devices, err)
		}
		if got := w.sent[0].query.Encode(); w.calls()[0] != "GET devices" || got != want {
			t.Errorf("sent %s?%s, want %s", w.calls()[0], got, want)
		}
	}
}

// An update sends what changes, and no request where nothing does.
//
// CONTRACT.md 5.52, 5.53
func TestUpdateDevice(t *testing.T) {
	t.Parallel()
	name, archived := "till", "archived"
	for want, changes := range map[string]DeviceChanges{
		"":                                    {},
		`{"labels":{}}`:                       {Labels: map[string]string{}},
		`{"labels":{"a":"b"},"name":"till"}`:  {Name: &name, Labels: map[string]string{"a": "b"}},
		`{"name":"till","status":"archived"}`: {Name: &name, Status: &archived},
	} {
		calls, replies := []string{"GET devices/dev%2F1"}, []reply{ok(`{"id":"dev/1","name":"till"}`)}
		if want != "" {
			calls, replies = append([]string{"PATCH devices/dev%2F1"}, calls...), append([]reply{ok(`{}`)}, replies...)
		}
		c, w := scripted(t, replies...)
		d, err := c.UpdateDevice(t.Context(), "dev/1", changes)
		if err != nil || d.Name != "till" {
			t.Errorf("%s: got %+v, %v", want, d, err)
		}
		if diff := cmp.Diff(calls, w.calls()); diff != "" || w.sent[0].body != want {
			t.Errorf("sent %s, want %s; calls (-want +got):\n%s", w.sent[0].body, want, diff)
		}
	}
}
