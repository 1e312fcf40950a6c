package sandbox

import "slices"

// groupBody is the body of a create or an update of a device group.
type groupBody struct {
	OrgID       string    `json:"org_id"`
	Name        *string   `json:"name"`
	Description *string   `json:"description"`
	GroupType   string    `json:"group_type"`
	Mode        string    `json:"mode"`
	Tags        *[]string `json:"tags"`
	Rules       *[]rule   `json:"rules"`
}

func (b groupBody) mode() string {
	switch {
	case b.GroupType != "":
		return b.GroupType
	case b.Mode != "":
		return b.Mode
	default:
		return static
	}
}

func (b groupBody) validate() error {
	if !slices.Contains([]string{static, dynamic, hybrid}, b.mode()) {
		return invalid("group_type", "group_type %q is not one of static, dynamic, hybrid", b.mode())
	}
	if b.Name != nil && *b.Name == "" {
		return invalid("name", "name must not be empty")
	}
	if b.Rules == nil {
		return nil
	}
	for _, r := range *b.Rules {
		if err := r.validate(); err != nil {
			return err
		}
	}
	return nil
}

type groupView struct {
	ID           string   `json:"id"`
	OrgID        string   `json:"org_id"`
	Name         string   `json:"name"`
	Description  *string  `json:"description"`
	GroupType    string   `json:"group_type"`
	Mode         string   `json:"mode"`
	Rules        []rule   `json:"rules"`
	Tags         []string `json:"tags"`
	DeviceCount  int      `json:"device_count"`
	MatchedCount int      `json:"matched_count"`
	IsActive     bool     `json:"is_active"`
	CreatedAt    *string  `json:"created_at"`
	UpdatedAt    *string  `json:"updated_at"`
}

func (a *api) groupView(g *group) groupView {
	n := len(a.world.membersOf(g))
	return groupView{
		ID: g.id, OrgID: a.world.org, Name: g.name, Description: g.description, GroupType: g.mode, Mode: g.mode,
		Rules: nonNil(g.rules), Tags: nonNil(g.tags), DeviceCount: n, MatchedCount: n, IsActive: true,
		CreatedAt: timestamp(g.created), UpdatedAt: timestamp(g.updated),
	}
}

func (a *api) listGroups(c *call) (any, error) {
	if err := a.checkOrg(c); err != nil {
		return nil, err
	}
	return listPage(c, "groups", a.world.groups, pageSize{100, 1000}, a.groupView)
}

func (a *api) createGroup(c *call) (any, error) {
	var body groupBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if err := a.world.ownOrg(body.OrgID); err != nil {
		return nil, err
	}
	if body.Name == nil {
		return nil, invalid("name", "name is required")
	}
	if err := body.validate(); err != nil {
		return nil, err
	}
	g := &group{name: *body.Name, description: body.Description, mode: body.mode()}
	g.tags, g.rules = valueOr(body.Tags, nil), valueOr(body.Rules, nil)
	if _, err := a.world.createGroup(g); err != nil {
		return nil, err
	}
	return a.groupView(g), nil
}

func (a *api) getGroup(c *call) (any, error) {
	g, err := a.world.group(c.pathValue("group"))
	if err != nil {
		return nil, err
	}
	return a.groupView(g), nil
}

func (a *api) updateGroup(c *call) (any, error) {
	g, err := a.world.group(c.pathValue("group"))
	if err != nil {
		return nil, err
	}
	var body groupBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if (body.GroupType != "" || body.Mode != "") && body.mode() != g.mode {
		return nil, invalid("group_type", "the type of a device group cannot be changed")
	}
	if err := body.validate(); err != nil {
		return nil, err
	}
	if body.Name != nil {
		if err := a.world.renameGroup(g, *body.Name); err != nil {
			return nil, err
		}
	}
	if c.hasKey("description") {
		g.description = body.Description
	}
	g.tags, g.rules = valueOr(body.Tags, g.tags), valueOr(body.Rules, g.rules)
	g.updated = a.world.clock
	g.invalidateMembers()
	return a.groupView(g), nil
}

func (a *api) deleteGroup(c *call) (any, error) {
	g, err := a.world.group(c.pathValue("group"))
	if err != nil {
		return nil, err
	}
	a.world.deleteGroup(g)
	return nil, nil
}

func (a *api) listMembers(c *call) (any, error) {
	g, err := a.world.group(c.pathValue("group"))
	if err != nil {
		return nil, err
	}
	return listPageOrArray(a, c, "devices", a.world.membersOf(g), pageSize{100, 1000}, a.deviceView)
}

func (a *api) addMembers(c *call) (any, error) {
	var body struct {
		DeviceIDs []string `json:"device_ids"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.DeviceIDs == nil {
		return nil, invalid("device_ids", "device_ids is required")
	}
	return a.addDevices(c.pathValue("group"), body.DeviceIDs)
}

func (a *api) addMember(c *call) (any, error) {
	return a.addDevices(c.pathValue("group"), []string{c.pathValue("device")})
}

func (a *api) addDevices(groupID string, ids []string) (any, error) {
	g, err := a.world.group(groupID)
	if err != nil {
		return nil, err
	}
	if err := a.world.addMembers(g, ids); err != nil {
		return nil, err
	}
	return map[string]any{"group_id": g.id, "added": len(ids), "device_count": len(a.world.membersOf(g))}, nil
}

func (a *api) removeMember(c *call) (any, error) {
	g, err := a.world.group(c.pathValue("group"))
	if err != nil {
		return nil, err
	}
	return nil, a.world.removeMember(g, c.pathValue("device"))
}
