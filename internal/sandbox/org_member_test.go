package sandbox

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const membersPath = "/api/v1/orgs/demo/members"

func TestMembers(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		r := l.do(201, "POST", membersPath, object{"email": "ada@example.com", "name": "Ada"})
		l.wantFields(r, object{
			"user_id": "usr_00000001", "email": "ada@example.com", "name": "Ada", "role": "member", "status": "pending",
			"expires_at": "2026-12-01T12:00:00.000000Z", "joined_at": nil,
		})
		l.do(201, "POST", membersPath, object{"email": "grace@example.com", "role": "owner"})
		// Adding again renews the invitation: no second member.
		l.pass(time.Hour)
		l.wantFields(l.do(201, "POST", membersPath, object{"email": "Ada@Example.com", "role": "admin"}), object{
			"user_id": "usr_00000001", "email": "ada@example.com", "name": "Ada", "role": "admin", "status": "pending",
			"expires_at": "2026-12-01T13:00:00.000000Z",
		})
		found := l.items(membersPath, "members")
		if diff := cmp.Diff([]any{"ada@example.com", "grace@example.com"}, field(found, "email")); diff != "" {
			l.t.Errorf("the members (-want +got):\n%s", diff)
		}
		l.do(204, "POST", "/sandbox/members/ada@example.com/accept", nil)
		joined := l.items(membersPath, "members")[0].(object)
		l.wantFields(reply{object: joined}, object{"status": "active", "expires_at": nil, "joined_at": "2026-11-24T13:00:00.000000Z", "role": "admin"})
		// A role changes in the dashboard only.
		l.do(409, "POST", membersPath, object{"email": "ada@example.com", "role": "owner"})
		l.do(405, "DELETE", membersPath, nil)
	})
}

func TestInvitationsExpire(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.do(201, "POST", membersPath, object{"email": "ada@example.com"})
	l.pass(inviteLife + time.Second)
	l.do(409, "POST", "/sandbox/members/ada@example.com/accept", nil)
	l.do(201, "POST", membersPath, object{"email": "ada@example.com"})
	l.do(204, "POST", "/sandbox/members/ada@example.com/accept", nil)
	l.do(409, "POST", "/sandbox/members/ada@example.com/accept", nil)
	l.do(404, "POST", "/sandbox/members/nobody@example.com/accept", nil)
}

func TestMembersAreChecked(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(l *lab) {
		for field, body := range map[string][]object{
			"email": {{}, {"email": "ada"}, {"email": "Ada <ada@example.com>"}},
			"role":  {{"email": "ada@example.com", "role": "guest"}, {"email": "ada@example.com", "role": ""}},
		} {
			for _, wrong := range body {
				if r := l.do(422, "POST", membersPath, wrong); !strings.Contains(r.raw, field) {
					l.t.Errorf("%v: the answer does not name %s: %s", wrong, field, r.raw)
				}
			}
		}
		l.do(404, "GET", "/api/v1/orgs/nothing/members", nil)
		l.do(404, "POST", "/api/v1/orgs/nothing/members", object{"email": "ada@example.com"})
		if found := l.items(membersPath, "members"); len(found) != 0 {
			l.t.Errorf("refused requests left %v", found)
		}
	})
}
