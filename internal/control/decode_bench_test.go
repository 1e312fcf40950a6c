package control

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// listed is a list under its key, as the documented dialect writes it.
func listed(key string, n int, entry func(i int) string) []byte {
	entries := make([]string, n)
	for i := range entries {
		entries[i] = entry(i)
	}
	return fmt.Appendf(nil, `{%q:[%s],"total":%d,"limit":%d,"offset":0}`, key, strings.Join(entries, ","), n, n)
}

func benchmarkPage[T any](b *testing.B, key string, body []byte) {
	b.Helper()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		p := page[T]{key: key}
		if err := json.Unmarshal(body, &p); err != nil || len(p.items) != p.total {
			b.Fatalf("%d of %d, %v", len(p.items), p.total, err)
		}
	}
}

func BenchmarkRolloutList(b *testing.B) {
	benchmarkPage[Rollout](b, "rollouts", listed("rollouts", 50, func(i int) string {
		return fmt.Sprintf(`{"id":"rol_%08d","rollout_id":"rol_%08d","model_id":"mdl_00000001","version":"1.%d.0","status":"completed",
			"percentage":100,"rollout_percentage":100,"target_percentage":100,"increment_step":10,"created_at":"2026-11-24T12:00:00.%06dZ",
			"updated_at":"2026-11-24T12:00:00Z","started_at":null,"completed_at":"2026-11-24T13:00:00Z","rollback_reason":null,
			"rollback_trigger":null,"rolled_back_at":null,"previous_version":"1.%d.0"}`, i, i, i, i, i-1)
	}))
}

// deviceEntry is a device with so many assignments.
func deviceEntry(assignments int) func(i int) string {
	return func(i int) string {
		assigned := make([]string, assignments)
		for m := range assigned {
			assigned[m] = fmt.Sprintf(`{"model_id":"mdl_%08d","version":"1.0.0","source":"rollout"}`, m)
		}
		return fmt.Sprintf(`{"id":"dev_%08d","device_identifier":"phone-%06d","org_id":"demo","status":"active","name":null,"platform":"ios",
			"os_version":"18.1","sdk_version":"4.17.6","app_version":"1.2.0","manufacturer":"Apple","model":"iPhone16,1","gpu_available":true,
			"total_memory_mb":8192,"locale":"en_US","region":"us","labels":null,"last_heartbeat":"2026-11-24T12:00:00Z",
			"created_at":"2026-11-24T12:00:00Z","assignments":[%s]}`, i, i, strings.Join(assigned, ","))
	}
}

func BenchmarkDevicePage(b *testing.B) {
	for _, assignments := range []int{0, 1, 100} {
		b.Run(fmt.Sprintf("assignments=%d", assignments), func(b *testing.B) {
			benchmarkPage[Device](b, "devices", listed("devices", 1000, deviceEntry(assignments)))
		})
	}
}

func BenchmarkGroupList(b *testing.B) {
	benchmarkPage[Group](b, "groups", listed("groups", 1000, func(i int) string {
		return fmt.Sprintf(`{"id":"grp_%08d","org_id":"demo","name":"group-%d","description":"Wave %d","group_type":"dynamic","mode":"dynamic",
			"rules":[{"field":"platform","operator":"eq","value":"ios"}],"tags":["bench"],"device_count":24,"matched_count":24,"is_active":true,
			"created_at":"2026-11-24T12:00:00Z","updated_at":"2026-11-24T12:00:00Z"}`, i, i, i)
	}))
}

// BenchmarkCachedRead is what a refresh pays for an object that the client has already.
func BenchmarkCachedRead(b *testing.B) {
	c, err := New(Config{BaseURL: "https://octomil.test/api/v1", Transport: &wire{replies: []reply{ok(`{"id":"g","name":"g"}`)}}})
	if err != nil {
		b.Fatal(err)
	}
	ctx := WithCache(b.Context(), 0)
	b.ReportAllocs()
	for b.Loop() {
		if g, err := c.Group(ctx, "g"); err != nil || g.ID != "g" {
			b.Fatal(g, err)
		}
	}
}
