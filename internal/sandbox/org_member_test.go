package sandbox

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const membersPath = "/api/v1/orgs/demo/members"

// CONTRACT.md 1.38, 7.21, 7.22, 7.32, 7.33, 7.34
func TestOrgMembers(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		r := h.do(201, "POST", membersPath, object{"email": "ada@example.com", "name": "Ada"})
		h.wantFields(r, object{
			"user_id": "usr_00000001", "email": "ada@example.com", "name": "Ada", "role": "member", "status": "pending",
			"expires_at": "2026-12-01T12:00:00.000000Z", "joined_at": nil,
		})
		h.do(201, "POST", membersPath, object{"email": "grace@example.com", "role": "owner"})
		// Adding a member again renews the invitation.
		h.elapse(time.Hour)
		h.wantFields(h.do(201, "POST", membersPath, object{"email": "Ada@Example.com", "role": "admin"}), object{
			"user_id": "usr_00000001", "email": "ada@example.com", "name": "Ada", "role": "admin", "status": "pending",
			"expires_at": "2026-12-01T13:00:00.000000Z",
		})
		found := h.listItems(membersPath, "members")
		if diff := cmp.Diff([]any{"ada@example.com", "grace@example.com"}, fieldValues(found, "email")); diff != "" {
			h.t.Errorf("the members (-want +got):\n%s", diff)
		}
		h.do(204, "POST", "/sandbox/members/ada@example.com/accept", nil)
		joined := h.listItems(membersPath, "members")[0].(object)
		h.wantFields(reply{object: joined}, object{"status": "active", "expires_at": nil, "joined_at": "2026-11-24T13:00:00.000000Z", "role": "admin"})
		// Only the dashboard changes roles and removes members.
		h.do(409, "POST", membersPath, object{"email": "ada@example.com", "role": "owner"})
		h.do(405, "DELETE", membersPath, nil)
		for _, method := range []string{"PATCH", "PUT", "DELETE"} {
			h.do(404, method, membersPath+"/usr_00000001", nil)
		}
	})
}

// CONTRACT.md 7.33
func TestInvitationExpiry(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.do(201, "POST", membersPath, object{"email": "ada@example.com"})
	h.elapse(invitationLifetime + time.Second)
	h.do(409, "POST", "/sandbox/members/ada@example.com/accept", nil)
	h.do(201, "POST", membersPath, object{"email": "ada@example.com"})
	h.do(204, "POST", "/sandbox/members/ada@example.com/accept", nil)
	h.do(409, "POST", "/sandbox/members/ada@example.com/accept", nil)
	h.do(404, "POST", "/sandbox/members/nobody@example.com/accept", nil)
}

// CONTRACT.md 7.22
func TestMemberValidation(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		for field, body := range map[string][]object{
			"email": {{}, {"email": "ada"}, {"email": "Ada <ada@example.com>"}},
			"role":  {{"email": "ada@example.com", "role": "guest"}, {"email": "ada@example.com", "role": ""}},
		} {
			for _, wrong := range body {
				if r := h.do(422, "POST", membersPath, wrong); !strings.Contains(r.raw, field) {
					h.t.Errorf("%v: the response does not name %s: %s", wrong, field, r.raw)
				}
			}
		}
		h.do(404, "GET", "/api/v1/orgs/nothing/members", nil)
		h.do(404, "POST", "/api/v1/orgs/nothing/members", object{"email": "ada@example.com"})
		if found := h.listItems(membersPath, "members"); len(found) != 0 {
			h.t.Errorf("rejected requests left %v", found)
		}
	})
}
