package control

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
)

// Roles of a member (CONTRACT.md, section 7).
const (
	RoleOwner  = "owner"
	RoleAdmin  = "admin"
	RoleMember = "member"
)

// MemberActive is the status of a member who has accepted the invitation.
const MemberActive = "active"

// OrgMember is a member of the organization, or a person who is invited to it (CONTRACT.md, section 7).
type OrgMember struct {
	ID, Email, Role string
	// Name is "" where the server has none.
	Name string
	// Status is "active", or "pending" until the invitation is accepted; "" where the server does not say.
	Status string
	// Times are the server's texts, "" where it has none; ExpiresAt is when a pending invitation expires.
	InvitedAt, JoinedAt, ExpiresAt string
}

// UnmarshalJSON fails on a member without an ID.
func (m *OrgMember) UnmarshalJSON(data []byte) error {
	var wire struct {
		UserID    *flexText `json:"user_id"`
		ID        *flexText `json:"id"`
		Email     flexText  `json:"email"`
		Name      flexText  `json:"name"`
		Role      flexText  `json:"role"`
		Status    flexText  `json:"status"`
		InvitedAt flexText  `json:"invited_at"`
		JoinedAt  flexText  `json:"joined_at"`
		ExpiresAt flexText  `json:"expires_at"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*m = OrgMember{
		ID: string(firstOf(wire.UserID, wire.ID)), Email: string(wire.Email), Name: string(wire.Name), Role: string(wire.Role),
		Status: string(wire.Status), InvitedAt: string(wire.InvitedAt), JoinedAt: string(wire.JoinedAt), ExpiresAt: string(wire.ExpiresAt),
	}
	if m.ID == "" {
		return errors.New("a member without an ID")
	}
	return nil
}

// membersPath is the path of the organization's members. It fails without an organization.
func (c *Client) membersPath(operation string) (string, error) {
	if c.orgID == "" {
		return "", &NoOrgError{Operation: operation, unheard: &c.unheard}
	}
	return join("orgs", c.orgID, "members"), nil
}

// OrgMembers lists the members of the organization, including those who are only invited.
func (c *Client) OrgMembers(ctx context.Context) ([]OrgMember, error) {
	const operation = "list the members of the organization"
	path, err := c.membersPath(operation)
	if err != nil {
		return nil, err
	}
	return listAll[OrgMember](ctx, c, listing{operation: operation, path: path, key: "members"}, nil)
}

// OrgMember reads one member.
func (c *Client) OrgMember(ctx context.Context, id string) (OrgMember, error) {
	return readNew(ctx, c, id, func(ctx context.Context) (OrgMember, error) { return c.listedMember(ctx, id) })
}

func (c *Client) listedMember(ctx context.Context, id string) (OrgMember, error) {
	members, err := c.OrgMembers(ctx)
	if err != nil {
		return OrgMember{}, err
	}
	if i := slices.IndexFunc(members, func(m OrgMember) bool { return m.ID == id }); i >= 0 {
		return members[i], nil
	}
	return OrgMember{}, &MissingError{Operation: "read the member of the organization", Titles: "members", ID: id}
}

// Invitation is what an invitation sends.
type Invitation struct {
	Email string `json:"email"`
	Role  string `json:"role"`
	// Name is not sent where it is "".
	Name string `json:"name,omitempty"`
}

// InviteOrgMember invites a person, or renews an invitation that was not accepted yet, with another role or name. For a person who
// has joined already it fails with a conflict. When the response is lost, an invitation of that address is adopted if it is
// newer than the request.
func (c *Client) InviteOrgMember(ctx context.Context, i Invitation) (OrgMember, error) {
	const operation = "invite the member"
	path, err := c.membersPath(operation)
	if err != nil {
		return OrgMember{}, err
	}
	begun := time.Now()
	post := posting[OrgMember](c, operation, path, i)
	// An invitation that may be somebody else's is renewed by the repeated request, which does it no harm.
	find := func(ctx context.Context) (OrgMember, bool, error) {
		members, err := c.OrgMembers(ctx)
		at := slices.IndexFunc(members, func(m OrgMember) bool {
			return strings.EqualFold(m.Email, i.Email) && m.Role == i.Role && m.Status != MemberActive && c.clock.ageOf(m.InvitedAt, begun) == newer
		})
		if at < 0 || err != nil {
			return OrgMember{}, false, err
		}
		return members[at], true, nil
	}
	return createOnce(ctx, c, post, find)
}
