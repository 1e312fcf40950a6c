package control

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// CONTRACT.md 7.31
func TestOrgMemberDecodesEverySpelling(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]OrgMember{
		`{"user_id":"usr_1","org_id":"demo","email":"ada@example.com","name":"Ada","role":"admin","status":"pending",
		  "invited_at":"2026-11-24T12:00:00Z","joined_at":null,"expires_at":"2026-12-01T12:00:00Z"}`: {
			ID: "usr_1", Email: "ada@example.com", Name: "Ada", Role: RoleAdmin, Status: "pending",
			InvitedAt: "2026-11-24T12:00:00Z", ExpiresAt: "2026-12-01T12:00:00Z",
		},
		`{"user_id":7,"email":"ada@example.com","name":null,"role":"member"}`: {ID: "7", Email: "ada@example.com", Role: RoleMember},
		`{"id":"7"}`: {ID: "7"},
	} {
		var got OrgMember
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
	for _, body := range []string{`{"email":"ada@example.com"}`, `[]`} {
		var got OrgMember
		if err := json.Unmarshal([]byte(body), &got); err == nil {
			t.Errorf("%s decodes to %+v; want an error", body, got)
		}
	}
}

// A lost invitation is looked for: an older one, and a member who has joined, do not count as it.
//
// CONTRACT.md 7.22, 7.35
func TestInviteWithLostResponse(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		listed string
		posts  int
	}{
		"it is there":          {`{"user_id":"1","email":"Ada@Example.com","role":"admin","status":"pending","invited_at":"NOW"}`, 1},
		"it was there before":  {`{"user_id":"1","email":"ada@example.com","role":"admin","status":"pending","invited_at":"1999-12-31T00:00:00Z"}`, 2},
		"with another role":    {`{"user_id":"1","email":"ada@example.com","role":"member","status":"pending","invited_at":"NOW"}`, 2},
		"who has joined":       {`{"user_id":"1","email":"ada@example.com","role":"admin","status":"active","invited_at":"NOW"}`, 2},
		"another person":       {`{"user_id":"1","email":"grace@example.com","role":"admin","status":"pending","invited_at":"NOW"}`, 2},
		"without time, status": {`{"user_id":"1","email":"ada@example.com","role":"admin"}`, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				listed := strings.ReplaceAll(tc.listed, "NOW", time.Now().Format(time.RFC3339))
				c, w := scripted(t, failing(errCut), ok(`[`+listed+`]`), ok(`{"user_id":"2","email":"ada@example.com"}`))
				m, err := c.InviteOrgMember(t.Context(), Invitation{Email: "ada@example.com", Role: RoleAdmin})
				posts := 0
				for _, s := range w.sent {
					if s.method == http.MethodPost {
						posts++
					}
				}
				if want := []string{"", "1", "2"}[tc.posts]; err != nil || m.ID != want || posts != tc.posts {
					t.Errorf("answered %+v, %v after %q", m, err, w.calls())
				}
			})
		})
	}
}

// CONTRACT.md 7.36
func TestMembersNeedAnOrganization(t *testing.T) {
	t.Parallel()
	c, w := scripted(t, ok("[]"))
	c.orgID = ""
	_, listed := c.OrgMembers(t.Context())
	_, read := c.OrgMember(t.Context(), "usr_1")
	_, invited := c.InviteOrgMember(t.Context(), Invitation{Email: "ada@example.com"})
	for _, err := range []error{listed, read, invited} {
		if err == nil || !strings.Contains(err.Error(), "OCTOMIL_ORG_ID") {
			t.Errorf("the error is %v", err)
		}
	}
	if len(w.sent) > 0 {
		t.Errorf("sent %q", w.calls())
	}
}

// CONTRACT.md 7.21
func TestMissingMember(t *testing.T) {
	t.Parallel()
	c, _ := scripted(t, ok(`{"members":[{"user_id":"usr_1"}]}`))
	if m, err := c.OrgMember(t.Context(), "usr_1"); err != nil || m.ID != "usr_1" {
		t.Errorf("answered %+v, %v", m, err)
	}
	if _, err := c.OrgMember(t.Context(), "usr_2"); !NotFound(err) || !strings.Contains(err.Error(), `"usr_2"`) {
		t.Errorf("the error is %v", err)
	}
}
