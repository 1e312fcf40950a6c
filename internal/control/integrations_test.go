package control

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// CONTRACT.md 7.81
func TestIntegrationDecodesBothKinds(t *testing.T) {
	t.Parallel()
	on := true
	for body, want := range map[string]Integration{
		`{"id":"met_1","org_id":"demo","name":"dd","integration_type":"datadog","enabled":true,"config":{"port":8125,"ratio":0.10,"n":null}}`: {
			ID: "met_1", OrgID: "demo", Name: "dd", Type: "datadog", Enabled: &on,
			Config: map[string]any{"port": json.Number("8125"), "ratio": json.Number("0.10"), "n": nil},
		},
		`{"id":7,"name":"loki","integration_type":"otlp","endpoint_url":"https://x","format":"json"}`: {
			ID: "7", Name: "loki", Type: "otlp", EndpointURL: "https://x", Format: "json",
		},
		`{"id":7,"config":null}`: {ID: "7"},
	} {
		var got Integration
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
	for _, body := range []string{`{"name":"dd"}`, `[]`, `{"id":"1","config":"x"}`} {
		if err := json.Unmarshal([]byte(body), &Integration{}); err == nil {
			t.Errorf("%s decodes", body)
		}
	}
}

// CONTRACT.md 7.75, 7.82
func TestAnIntegrationOfTheOtherSignalIsRefused(t *testing.T) {
	t.Parallel()
	for body, of := range map[string]Signal{
		`{"id":"1","config":{}}`: Metrics, `{"id":"1","endpoint_url":"https://x"}`: Logs,
		`{"id":"1","config":{},"endpoint_url":"https://x"}`: "", `{"id":"1"}`: "",
	} {
		for _, signal := range []Signal{Metrics, Logs} {
			c, w := scripted(t, ok(body))
			_, err := c.Integration(t.Context(), signal, "1")
			if fits := of == "" || of == signal; fits != (err == nil) {
				t.Errorf("%s as %s: %v", body, signal, err)
			}
			if w.calls()[0] != "GET settings/integrations/1" || w.sent[0].query.Get("org_id") != "demo" {
				t.Errorf("sent %v %v", w.calls(), w.sent[0].query)
			}
		}
	}
}

// CONTRACT.md 7.71, 7.73, 7.75
func TestIntegrationBodies(t *testing.T) {
	t.Parallel()
	off := false
	c, w := scripted(t, ok(`{"integrations":[]}`), answer(201, `{"id":"1"}`), ok(`{}`), ok(`{"id":"a/b"}`), answer(204, ""))
	metrics := IntegrationSettings{Name: "dd", Type: "datadog", Enabled: &off, Config: map[string]any{"site": "eu"}}
	if _, err := c.CreateIntegration(t.Context(), Metrics, metrics); err != nil {
		t.Error(err)
	}
	logs := IntegrationSettings{Name: "loki", Type: "otlp", EndpointURL: "https://x", AuthConfig: map[string]any{}}
	if _, err := c.UpdateIntegration(t.Context(), Logs, "a/b", logs); err != nil {
		t.Error(err)
	}
	if err := c.DeleteIntegration(t.Context(), Logs, "a/b"); err != nil {
		t.Error(err)
	}
	want := []string{
		"GET metrics/integrations", "POST metrics/integrations", "PATCH settings/integrations/a%2Fb", "GET settings/integrations/a%2Fb",
		"DELETE log-streams/integrations/a%2Fb",
	}
	if diff := cmp.Diff(want, w.calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if got := w.sent[1].body; got != `{"config":{"site":"eu"},"enabled":false,"integration_type":"datadog","name":"dd"}` {
		t.Errorf("the create sends %s", got)
	}
	if got := w.sent[2].body; got != `{"auth_config":{},"endpoint_url":"https://x","name":"loki"}` {
		t.Errorf("the update sends %s", got)
	}
}

// There is nothing to clear yet: a create does not send an empty AuthConfig.
//
// CONTRACT.md 7.72
func TestCreateLogIntegration(t *testing.T) {
	t.Parallel()
	for want, auth := range map[string]map[string]any{
		`{"auth_config":{"token":"t"},"endpoint_url":"https://x","format":"json","integration_type":"otlp","name":"loki"}`: {"token": "t"},
		`{"endpoint_url":"https://x","format":"json","integration_type":"otlp","name":"loki"}`:                             {},
	} {
		c, w := scripted(t, ok(`{"integrations":[]}`), answer(201, `{"id":"1"}`))
		settings := IntegrationSettings{Name: "loki", Type: "otlp", EndpointURL: "https://x", Format: "json", AuthConfig: auth}
		if _, err := c.CreateIntegration(t.Context(), Logs, settings); err != nil {
			t.Error(err)
		}
		calls := []string{"GET log-streams/integrations", "POST log-streams/integrations"}
		if diff := cmp.Diff(calls, w.calls()); diff != "" || w.sent[1].body != want || w.sent[1].query.Get("org_id") != "demo" {
			t.Errorf("sent %s with %v, want %s; calls (-want +got):\n%s", w.sent[1].body, w.sent[1].query, want, diff)
		}
	}
}

// CONTRACT.md 1.56, 7.73
func TestDeleteOfADeletedIntegration(t *testing.T) {
	t.Parallel()
	for _, signal := range []Signal{Metrics, Logs} {
		c, _ := scripted(t, answer(404, `{"detail":"no such integration"}`), answer(404, `{"detail":"Not Found"}`))
		if err := c.DeleteIntegration(t.Context(), signal, "1"); err != nil {
			t.Errorf("%s: %v", signal, err)
		}
		if err := c.DeleteIntegration(t.Context(), signal, "1"); err == nil {
			t.Errorf("%s: a server without the call deletes", signal)
		}
	}
}

// An answer is lost: only what was not there before can be what the request has made, whatever its name.
//
// CONTRACT.md 7.86
func TestNonUniqueCreateAdoptsTheNewObject(t *testing.T) {
	t.Parallel()
	const old, other, made = `{"id":"1","name":"dd","integration_type":"datadog"}`, `{"id":"2","name":"dd","integration_type":"statsd"}`,
		`{"id":"3","name":"dd","integration_type":"datadog"}`
	for name, tc := range map[string]struct {
		after string
		id    string
		posts int
	}{
		"it was made":     {`[` + old + `,` + other + `,` + made + `]`, "3", 1},
		"it was not made": {`[` + old + `,` + other + `]`, "4", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, w := scripted(t, ok(`[`+old+`]`), failing(errCut), ok(tc.after), answer(201, `{"id":"4"}`))
				i, err := c.CreateIntegration(t.Context(), Metrics, IntegrationSettings{Name: "dd", Type: "datadog"})
				if err != nil || i.ID != tc.id {
					t.Errorf("got %+v, %v; want %s", i, err, tc.id)
				}
				if got := strings.Count(strings.Join(w.calls(), " "), "POST"); got != tc.posts {
					t.Errorf("it was posted %d times, want %d: %v", got, tc.posts, w.calls())
				}
			})
		})
	}
}

// A server that repeats what it was sent must not bring a secret into an error.
//
// CONTRACT.md 7.85
func TestCredentialsAreInNoError(t *testing.T) {
	t.Parallel()
	const secret = "Bearer hunter2/x"
	s := IntegrationSettings{Name: "dd", AuthConfig: map[string]any{"headers": map[string]any{"a": secret}}, Secrets: []string{secret, "bad"}}
	for name, replies := range map[string][]reply{
		"a message":      {answer(422, `{"detail":[{"loc":["body","auth_config"],"msg":"bad: Bearer hunter2/x"}]}`)},
		"another form":   {answer(400, `{"error":"x","message":"bad: Bearer hunter2\/x"}`)},
		"no form":        {answer(400, `bad: Bearer hunter2/x`)},
		"a body":         {ok(`["Bearer hunter2/x"]`), ok(`["Bearer hunter2/x"]`)},
		"a lost request": {answer(503, `{"detail":"bad: Bearer hunter2/x"}`), failing(errCut)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, _ := scripted(t, replies...)
				_, updated := c.UpdateIntegration(t.Context(), Logs, "1", s)
				c, _ = scripted(t, append([]reply{ok(`[]`)}, replies...)...)
				_, created := c.CreateIntegration(t.Context(), Logs, s)
				for _, err := range []error{updated, created} {
					if err == nil || strings.Contains(err.Error(), "hunter2") {
						t.Errorf("the error is %v", err)
					}
				}
				if name == "a message" && !strings.Contains(created.Error(), "bad: ***") {
					t.Errorf("the secret is not masked, or a short word is: %v", created)
				}
			})
		})
	}
}
