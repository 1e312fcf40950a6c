package control

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// byPath replies to each path with its own body, in any order, and with 404 to a path without one.
func byPath(bodies map[string]string) reply {
	return reply{do: func(req *http.Request) (*http.Response, error) {
		resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}}
		body, known := bodies[strings.TrimPrefix(req.URL.Path, "/api/v1/")]
		if !known {
			resp.StatusCode, body = http.StatusNotFound, `{"detail":"Device not found"}`
		}
		resp.Body = io.NopCloser(strings.NewReader(body))
		return resp, nil
	}}
}

// counted counts members by version.
func counted(members []Member) map[string]int {
	counts := map[string]int{}
	for _, m := range members {
		counts[m.Version]++
	}
	return counts
}

// CONTRACT.md 4.11, 4.12, 4.17
func TestGroupAssignmentsFromTheList(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, ok(`{"devices":[
		{"id":"1","assignments":[{"model_id":"other","version":"9"},{"model_id":"m","version":"1.0.0"}]},
		{"id":"2","assignments":[{"model_id":"m","version":"1.0.0","source":"deployment"}]},
		{"id":"3","assignments":[]}],"total":3}`))
	got, err := c.GroupAssignments(t.Context(), "g", "m")
	if diff := cmp.Diff([]Member{{ID: "1", Version: "1.0.0"}, {ID: "2", Version: "1.0.0", Source: SourceDeployment}, {ID: "3"}}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if len(w.sent) != 1 {
		t.Errorf("sent %q", w.calls())
	}
}

// CONTRACT.md 4.12, 4.13
func TestGroupAssignmentsDeviceByDevice(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, byPath(map[string]string{
		"device-groups/g/devices": `[{"id":1},{"id":2},{"id":3},{"id":4}]`,
		"devices":                 `[{"id":1},{"id":2},{"id":3},{"id":4}]`,
		"devices/1/assignments":   `[{"model_id":"m","version":"1.0.0"}]`,
		"devices/2/assignments":   `[]`,
		"devices/3/assignments":   `{"assignments":[{"model_id":"m","version":"2.0.0"}]}`,
	}))
	got, err := c.GroupAssignments(t.Context(), "g", "m")
	// The fourth has left since the list was read, so it is no member without a version.
	if diff := cmp.Diff(map[string]int{"1.0.0": 1, "": 1, "2.0.0": 1}, counted(got)); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if n := len(w.sent); n != 1+4+1 {
		t.Errorf("sent %q; want the members, each of them, and one request for the list of all devices", w.calls())
	}
	if _, err := c.GroupAssignments(t.Context(), "g", "m"); err != nil || len(w.sent) != 2*(1+4)+1 {
		t.Errorf("%v; a list that does not say it was asked again: %q", err, w.calls())
	}
}

// A device can carry one assignment instead of a list. It says nothing about other models.
//
// CONTRACT.md 4.15
func TestGroupAssignmentsOfServersWithASingleOne(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, byPath(map[string]string{
		"device-groups/g/devices": `[{"id":1,"assignment":{"model_id":"m","version":"1.0.0"}},{"id":2,"assignment":null},
			{"id":3,"assignment":{"model_id":"other","version":"9"}},{"id":4,"assignment":{"model_id":"other","version":"9"}},
			{"id":5,"assignment":{"model_id":"m","version":"2.0.0"},"assignments":null},
			{"id":6,"assignment":{"model_id":"other","version":"9"},"assignments":[{"model_id":"m","version":"2.0.0"}]},
			{"id":7,"assignment":{"version":"2.0.0"}},{"id":8,"assignment":{"model_id":7,"version":"1"},"assignments":[]}]`,
		"devices":               `[]`,
		"devices/3/assignments": `[{"model_id":"other","version":"9"},{"model_id":"m","version":"1.0.0"}]`,
		"devices/4/assignments": `{"assignment":{"model_id":"m","version":"1.0.0"}}`,
		"devices/7/assignments": `{"assignment":null}`,
	}))
	got, err := c.GroupAssignments(t.Context(), "g", "m")
	if diff := cmp.Diff(map[string]int{"1.0.0": 3, "2.0.0": 2, "": 3}, counted(got)); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, call := range w.calls() {
		switch call {
		case "GET devices/1/assignments", "GET devices/2/assignments", "GET devices/5/assignments", "GET devices/6/assignments":
			t.Errorf("sent %q although the list has told", call)
		}
	}
}

func TestGroupAssignmentsFail(t *testing.T) {
	t.Parallel()
	for name, bodies := range map[string]map[string]string{
		"no such group": {},
		"no assignment": {"device-groups/g/devices": `[{"id":1}]`, "devices/1/assignments": `{"oops":1}`},
	} {
		c, _ := scripted(t, byPath(bodies))
		if got, err := c.GroupAssignments(t.Context(), "g", "m"); err == nil || got != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}
