package control

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Group types (CONTRACT.md, section 5).
const (
	GroupStatic  = "static"
	GroupDynamic = "dynamic"
	GroupHybrid  = "hybrid"
)

// Rule is one condition of a dynamic or hybrid group; all of a group's rules must hold (CONTRACT.md, section 5).
type Rule struct {
	Field    string `json:"field"`
	Operator string `json:"operator"`
	Value    string `json:"value"`
}

// UnmarshalJSON also accepts values that are numbers, bools or lists.
func (r *Rule) UnmarshalJSON(data []byte) error {
	var wire struct {
		Field    flexText        `json:"field"`
		Operator flexText        `json:"operator"`
		Value    json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*r = Rule{Field: string(wire.Field), Operator: string(wire.Operator), Value: ruleValue(wire.Value)}
	return nil
}

func ruleValue(raw json.RawMessage) string {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil {
		values := make([]string, len(list))
		for i, item := range list {
			values[i] = ruleValue(item)
		}
		return strings.Join(values, ",")
	}
	var truth bool
	if json.Unmarshal(raw, &truth) == nil {
		return strconv.FormatBool(truth)
	}
	var text flexText
	_ = text.UnmarshalJSON(raw)
	return string(text)
}

// Group is a device group (CONTRACT.md, section 5).
type Group struct {
	ID, OrgID, Name string
	// Description is nil where the server has none.
	Description *string
	Type        string
	Rules       []Rule
	Tags        []string
	// CreatedAt is the server's text.
	CreatedAt string
	// DeviceCount is the number of its members, nil where the server does not say.
	DeviceCount *int
}

// UnmarshalJSON fails on an object without an ID.
func (g *Group) UnmarshalJSON(data []byte) error {
	var wire struct {
		ID          flexText    `json:"id"`
		OrgID       flexText    `json:"org_id"`
		Name        flexText    `json:"name"`
		Description *string     `json:"description"`
		GroupType   *flexText   `json:"group_type"`
		Mode        *flexText   `json:"mode"`
		Rules       []Rule      `json:"rules"`
		Tags        []string    `json:"tags"`
		CreatedAt   flexText    `json:"created_at"`
		DeviceCount *flexNumber `json:"device_count"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	if wire.ID == "" {
		return errors.New("a device group without an ID")
	}
	*g = Group{
		ID: string(wire.ID), OrgID: string(wire.OrgID), Name: string(wire.Name), Description: wire.Description,
		Type: string(firstOf(wire.GroupType, wire.Mode)), Rules: wire.Rules, Tags: wire.Tags, CreatedAt: string(wire.CreatedAt),
		DeviceCount: count(wire.DeviceCount),
	}
	return nil
}

// GroupSettings is what a create or an update of a group sends. A nil description or list is not sent, an empty one clears.
type GroupSettings struct {
	Name        string
	Description *string
	// Type is sent by a create only: it cannot change.
	Type  string
	Rules []Rule
	Tags  []string
}

func (s GroupSettings) body() map[string]any {
	body := map[string]any{"name": s.Name}
	if s.Description != nil {
		body["description"] = *s.Description
	}
	if s.Rules != nil {
		body["rules"] = s.Rules
	}
	if s.Tags != nil {
		body["tags"] = s.Tags
	}
	return body
}

var groupKind = kind[Group]{
	listing: listing{operation: "list the device groups", path: "device-groups", key: "groups", pageSize: 1000},
	one: func(ctx context.Context, c *Client, id string) (Group, error) {
		return get[Group](ctx, c, "read the device group", join("device-groups", id), nil)
	},
	id:      func(g Group) string { return g.ID },
	org:     func(g Group) string { return g.OrgID },
	answers: answerKeys{"id", "org_id", "name", "description", "group_type|mode", "rules", "tags", "created_at"},
	equal: func(single, listed Group) bool { // the members may have changed between the two
		single.DeviceCount, listed.DeviceCount = nil, nil
		return reflect.DeepEqual(single, listed)
	},
}

// Groups lists the organization's device groups.
func (c *Client) Groups(ctx context.Context) ([]Group, error) {
	return listAll[Group](ctx, c, groupKind.listing, c.scoped(nil))
}

// ResolveGroup finds a device group by its exact name, or else by its ID; found is false where there is none. A match is kept for
// the client's lifetime, unless the client writes to a group.
func (c *Client) ResolveGroup(ctx context.Context, nameOrID string) (group Group, found bool, err error) {
	return c.groupNames.resolve(ctx, nameOrID, c.Groups)
}

// Group reads one device group by its ID.
func (c *Client) Group(ctx context.Context, id string) (Group, error) {
	return groupKind.read(ctx, c, id)
}

// CreateGroup creates a device group. When the response is lost, a group of that name is adopted if it is new and as it was sent: names
// are unique in an organization, so the repeated request then ends as a conflict.
func (c *Client) CreateGroup(ctx context.Context, s GroupSettings) (Group, error) {
	body := s.body()
	body["group_type"] = s.Type
	if c.orgID != "" {
		body["org_id"] = c.orgID
	}
	g, err := uniqueCreate[Group]{
		adoption: adoption[Group]{
			title: "device group", id: groupKind.id, label: func(g Group) string { return g.Name },
			createdAt: func(g Group) string { return g.CreatedAt },
			matches:   func(g Group) bool { return SameText(g.Name, s.Name) }, equal: s.wrote,
			again: func(ctx context.Context, g Group) (Group, error) { return groupKind.one(ctx, c, g.ID) },
		},
		post: posting[Group](c, "create the device group", groupKind.path, body),
		list: c.Groups,
		path: groupKind.path,
	}.create(ctx, c)
	if err == nil {
		c.groupNames.wrote(s.Name, g)
	}
	return g, err
}

// wrote is true of a group that is as these settings have it.
func (s GroupSettings) wrote(g Group) bool {
	return SameText(g.Name, s.Name) && (s.Type == "" || g.Type == "" || g.Type == s.Type) &&
		sameTextOrNone(s.Description, firstOf(g.Description)) && sameRules(s.Rules, g.Rules) && sameTexts(s.Tags, g.Tags)
}

// UpdateGroup changes name, description, tags and rules of a group and returns the group as it is afterwards.
func (c *Client) UpdateGroup(ctx context.Context, id string, s GroupSettings) (Group, error) {
	r := request{operation: "update the device group", method: http.MethodPut, path: join("device-groups", id), body: s.body()}
	g, err := groupKind.change(ctx, c, r, id)
	if err == nil {
		c.groupNames.wrote(s.Name, Group{ID: id, OrgID: c.orgID, Name: s.Name})
	}
	return g, err
}

// DeleteGroup deletes a group; its devices stay registered. A group that was deleted already is not an error.
func (c *Client) DeleteGroup(ctx context.Context, id string) error {
	c.groupNames.deleted(id)
	return groupKind.delete(ctx, c, "delete the device group", id)
}

// GroupKnownAs records the name of a group in a configuration where the server spells it otherwise, so that others find it by that.
func (c *Client) GroupKnownAs(name string, g Group) { c.groupNames.alias(name, g) }

// GroupDevices lists the members of a group.
func (c *Client) GroupDevices(ctx context.Context, id string) ([]Device, error) {
	list := listing{operation: "list the members of the device group", path: join("device-groups", id, "devices"), key: "devices", pageSize: 1000}
	return listAll[Device](ctx, c, list, nil)
}

// DeviceGroups lists the groups that a device is a member of.
func (c *Client) DeviceGroups(ctx context.Context, deviceID string) ([]Group, error) {
	list := listing{operation: "list the groups of the device", path: join("devices", deviceID, "groups"), key: "groups"}
	return listAll[Group](ctx, c, list, nil)
}

// MemberBatch is the maximum number of devices that one call adds (CONTRACT.md, section 5).
const MemberBatch = 1000

// AddGroupDevices adds devices to a static or hybrid group, in batches. Adding a member again changes nothing, so a batch whose
// response was lost is sent again.
func (c *Client) AddGroupDevices(ctx context.Context, id string, deviceIDs []string) error {
	for batch := range slices.Chunk(deviceIDs, MemberBatch) {
		if err := c.addBatch(ctx, id, batch); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) addBatch(ctx context.Context, id string, batch []string) error {
	post := func(ctx context.Context) (struct{}, error) {
		body := map[string]any{"device_ids": batch}
		return struct{}{}, c.post(ctx, "add devices to the device group", join("device-groups", id, "devices"), body, nil)
	}
	_, err := createOnce(ctx, c, post, findNothing)
	return err
}

// RemoveGroupDevice removes one member; a device that is not a member is not an error.
func (c *Client) RemoveGroupDevice(ctx context.Context, id, deviceID string) error {
	err := c.call(ctx, request{
		operation: "remove a device from the device group",
		method:    http.MethodDelete, path: join("device-groups", id, "devices", deviceID),
	}, nil)
	if NotFound(err) {
		return nil
	}
	return err
}
