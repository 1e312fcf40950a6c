package control

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// CONTRACT.md 7.96, 7.97, 7.98, 7.111, 7.112
func TestFederationDecodes(t *testing.T) {
	t.Parallel()
	text, epsilon := "Hospitals", 8.0
	decodesTo(t, `{"id":"fed_1","org_id":"demo","name":"clinics","description":"Hospitals","created_at":"2026-11-24T12:00:00Z"}`,
		Federation{ID: "fed_1", OrgID: "demo", Name: "clinics", Description: &text, CreatedAt: "2026-11-24T12:00:00Z"})
	decodesTo(t, `{"org_id":7,"role":"owner","status":"active"}`, FederationMember{OrgID: "7", Owner: true})
	decodesTo(t, `{"org_id":"acme","status":"invited"}`, FederationMember{OrgID: "acme"})
	decodesTo(t, `{"id":"row_1","model_id":"m1","name":"phi"}`, SharedModel{ModelID: "m1", Name: "phi"})
	decodesTo(t, `{"id":"m1"}`, SharedModel{ModelID: "m1"})
	decodesTo(t, `{"federation_id":"fed_1","total_epsilon_budget":8.0,"total_delta_budget":null}`, PrivacyBudget{Epsilon: &epsilon})
	decodesTo(t, `{"total_epsilon_budget":null}`, PrivacyBudget{})
	decodesTo(t, `{"federation_id":"fed_1"}`, PrivacyBudget{})
	refuses[Federation](t, `{"name":"x"}`)
	refuses[FederationMember](t, `{"role":"owner"}`)
	refuses[SharedModel](t, `{"name":"phi"}`)
	refuses[PrivacyBudget](t, `{}`)
	refuses[PrivacyBudget](t, `{"total_epsilon_budget":"much"}`)
}

func decodesTo[T any](t *testing.T, body string, want T) {
	t.Helper()
	var got T
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Errorf("%s: %v", body, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", body, diff)
	}
}

func refuses[T any](t *testing.T, body string) {
	t.Helper()
	var got T
	if err := json.Unmarshal([]byte(body), &got); err == nil {
		t.Errorf("%s decodes to %+v", body, got)
	}
}

// CONTRACT.md 7.92, 7.94, 7.97, 7.99
func TestFederationBodies(t *testing.T) {
	t.Parallel()
	text, epsilon, delta := "Hospitals", 8.0, 1e-6
	c, w := scripted(t, answer(201, `{"id":"1"}`), ok(`{}`), ok(`{}`), ok(`{}`), ok(`{}`))
	_, err := c.CreateFederation(t.Context(), "clinics", &text)
	err = errors.Join(err, c.InviteToFederation(t.Context(), "1", []string{"acme"}))
	_, shared, shareErr := c.ShareModel(t.Context(), "1", "m1")
	_, set, setErr := c.SetPrivacyBudget(t.Context(), "1", PrivacyBudget{Epsilon: &epsilon})
	_, both, bothErr := c.SetPrivacyBudget(t.Context(), "1", PrivacyBudget{Epsilon: &epsilon, Delta: &delta})
	if err = errors.Join(err, shareErr, setErr, bothErr); err != nil || shared || set || both {
		t.Errorf("%v; taken for what the federation has: %t, %t, %t", err, shared, set, both)
	}
	for i, want := range []string{
		`{"description":"Hospitals","name":"clinics","org_id":"demo"}`, `{"org_ids":["acme"]}`, `{"model_id":"m1"}`,
		`{"total_epsilon_budget":8}`, `{"total_delta_budget":0.000001,"total_epsilon_budget":8}`,
	} {
		if got := w.sent[i].body; got != want {
			t.Errorf("%s sends %s", w.calls()[i], got)
		}
	}
}

// What a lost request has done after all is not done again.
//
// CONTRACT.md 7.91, 7.113, 7.114
func TestFederationsAreChangedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now().UTC().Format(time.RFC3339)
		c, w := scripted(t, failing(errCut), ok(`[{"id":"9","name":"other"},{"id":"1","name":"clinics","created_at":"`+now+`"}]`))
		f, err := c.CreateFederation(t.Context(), "clinics", nil)
		if err != nil || f.ID != "1" || len(w.sent) != 2 {
			t.Errorf("create: %+v, %v after %v", f, err, w.calls())
		}
		c, w = scripted(t, failing(errCut), ok(`[{"org_id":"acme"},{"org_id":"demo"}]`))
		if err := c.InviteToFederation(t.Context(), "1", []string{"acme"}); err != nil || len(w.sent) != 2 {
			t.Errorf("invite: %v after %v", err, w.calls())
		}
		c, w = scripted(t, failing(errCut), ok(`[{"org_id":"demo"}]`), ok(`{}`))
		if err := c.InviteToFederation(t.Context(), "1", []string{"acme"}); err != nil || !slices.Equal(w.calls(), []string{
			"POST federations/1/invite", "GET federations/1/members", "POST federations/1/invite",
		}) {
			t.Errorf("invite again: %v after %v", err, w.calls())
		}
		c, w = scripted(t, failing(errCut), ok(`{"models":[{"model_id":"m1"}]}`))
		if m, answered, err := c.ShareModel(t.Context(), "1", "m1"); err != nil || !answered || m.ModelID != "m1" || len(w.sent) != 2 {
			t.Errorf("share: %+v, %v after %v", m, err, w.calls())
		}
	})
}

// CONTRACT.md 7.112
func TestNoPrivacyBudget(t *testing.T) {
	t.Parallel()
	c, _ := scripted(t, answer(404, `{"detail":"no budget was set for federation 1"}`))
	if b, err := c.PrivacyBudget(t.Context(), "1"); err != nil || b.Epsilon != nil {
		t.Errorf("got %+v, %v", b, err)
	}
	c, _ = scripted(t, answer(404, `{"detail":"Not Found"}`))
	if _, err := c.PrivacyBudget(t.Context(), "1"); !NoSuchRoute(err) {
		t.Errorf("a server without the call: %v", err)
	}
}
