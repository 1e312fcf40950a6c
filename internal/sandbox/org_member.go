package sandbox

import (
	"cmp"
	"net/mail"
	"slices"
	"strings"
	"time"
)

// invitationLifetime is how long an invitation may be accepted.
const invitationLifetime = 7 * 24 * time.Hour

var memberRoles = []string{"owner", "admin", "member"}

// orgMember is a member of the organization, invited or joined (CONTRACT.md, section 7).
type orgMember struct {
	id, email, role string
	name            *string
	invited, joined time.Time
}

// memberByEmail finds a member, nil for none. It ignores case.
func (w *world) memberByEmail(email string) *orgMember {
	i := slices.IndexFunc(w.members.all, func(m *orgMember) bool { return strings.EqualFold(m.email, email) })
	if i < 0 {
		return nil
	}
	return w.members.all[i]
}

// invite adds a member. It renews a pending invitation with the given role and name.
func (w *world) invite(email, role string, name *string) (*orgMember, error) {
	m := w.memberByEmail(email)
	if m == nil {
		m = &orgMember{id: w.nextID("usr"), email: email}
		w.members.add(m.id, m)
	}
	if !m.joined.IsZero() {
		return nil, conflict("%s is already a member of the organization", m.email)
	}
	m.role, m.name, m.invited = role, cmp.Or(name, m.name), w.clock
	return m, nil
}

// accept accepts an invitation, as the link in the email does.
func (w *world) accept(email string) error {
	m := w.memberByEmail(email)
	switch {
	case m == nil:
		return notFound("no invitation for %q was found", email)
	case !m.joined.IsZero():
		return conflict("%s is already a member of the organization", m.email)
	case w.clock.After(m.invited.Add(invitationLifetime)):
		return conflict("the invitation of %s has expired", m.email)
	}
	m.joined = w.clock
	return nil
}

type orgMemberView struct {
	UserID    string  `json:"user_id"`
	OrgID     string  `json:"org_id"`
	Email     string  `json:"email"`
	Name      *string `json:"name"`
	Role      string  `json:"role"`
	Status    string  `json:"status"`
	InvitedAt *string `json:"invited_at"`
	JoinedAt  *string `json:"joined_at"`
	// ExpiresAt is when a pending invitation expires.
	ExpiresAt *string `json:"expires_at"`
}

func (a *api) orgMemberView(m *orgMember) orgMemberView {
	view := orgMemberView{
		UserID: m.id, OrgID: a.world.org, Email: m.email, Name: m.name, Role: m.role, Status: "active",
		InvitedAt: timestamp(m.invited), JoinedAt: timestamp(m.joined),
	}
	if m.joined.IsZero() {
		view.Status, view.ExpiresAt = "pending", timestamp(m.invited.Add(invitationLifetime))
	}
	return view
}

func (a *api) listOrgMembers(c *call) (any, error) {
	if err := a.world.ownOrg(c.pathValue("org")); err != nil {
		return nil, err
	}
	return a.list("members", mapSlice(a.world.members.all, a.orgMemberView)), nil
}

func (a *api) addOrgMember(c *call) (any, error) {
	if err := a.world.ownOrg(c.pathValue("org")); err != nil {
		return nil, err
	}
	var body struct {
		Email string  `json:"email"`
		Role  *string `json:"role"`
		Name  *string `json:"name"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	// ParseAddress also accepts "Name <address>".
	if parsed, err := mail.ParseAddress(body.Email); err != nil || parsed.Address != body.Email {
		return nil, invalid("email", "email is required and must be an email address such as ada@example.com")
	}
	role := valueOr(body.Role, "member")
	if !slices.Contains(memberRoles, role) {
		return nil, invalid("role", "role %q is not one of owner, admin, member", role)
	}
	m, err := a.world.invite(body.Email, role, body.Name)
	if err != nil {
		return nil, err
	}
	return a.orgMemberView(m), nil
}
