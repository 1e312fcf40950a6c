package resourcekit

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Kind says of a resource type how its objects are told apart, so that two resources that manage one object are found; see Objects.
type Kind struct {
	// Title names an object in texts, such as "device group".
	Title string
	// Key are the attributes that identify an object, strings, nil for those of the identity.
	Key []string
	// Unique is the attribute of an object to be created that no two objects share, "" if there is none. Then resources with the same
	// name are still taken for the same one under another address.
	Unique string
	// Adopts is true if a create takes over an object that exists already. Another resource can then destroy the same object.
	Adopts bool
	// ProviderOnly are attributes that the server does not know: two resources may differ in them.
	ProviderOnly []string
}

// objectKey is the private state key of plannedObject.
const objectKey = "object"

// plannedObject is what a plan tells the deletion of an object about the other resources of the plan.
type plannedObject struct {
	// Managed is true if another resource manages the object, too.
	Managed bool `json:"managed,omitempty"`
	// Created is the ID of the object that a create adopts. The deletion that is part of a replacement gets it as well.
	Created string `json:"created,omitempty"`
}

// deleteGrace is how long a create whose name is taken waits for the apply to begin the deletion of the object that has the name.
const deleteGrace = time.Second

// claimGrace is how long the deletion of an object that a create can adopt waits for one that does.
const claimGrace = 300 * time.Millisecond

// ValidateConfig implements resource.ResourceWithValidateConfig. A resource that validates more calls it first.
func (b *Base) ValidateConfig(_ context.Context, req resource.ValidateConfigRequest, _ *resource.ValidateConfigResponse) {
	if b.Provider != nil {
		b.Provider.walk.validate(b.TypeName, req.Config.Raw)
	}
}

// BeginRead is called at the beginning of a read, with the prior state.
func (b *Base) BeginRead(state tftypes.Value) {
	o, ok := b.Object(state)
	if !ok || b.Provider == nil {
		return
	}
	if b.Provider.walk.read(o) {
		b.Provider.beginWalk()
	}
	b.Provider.Objects.Read(o)
}

// BeginPlan is called at the beginning of a plan. Parts are the objects of a resource that manages several.
func (b *Base) BeginPlan(req resource.ModifyPlanRequest, parts ...Object) {
	if b.Provider == nil {
		return
	}
	b.checked = b.Provider.Checked.contains(b.TypeName, req)
	begins := b.Provider.walk.plan(b.TypeName, req.Config.Raw)
	o, held := b.Object(req.State.Raw)
	if held && req.Plan.Raw.IsNull() {
		begins = begins || slices.ContainsFunc(append(parts, o), func(o Object) bool {
			return b.Provider.Objects.PlannedBefore(o, req.State.Raw)
		})
	}
	if begins {
		b.Provider.beginWalk()
	}
	if held {
		b.Provider.Objects.Hold(o)
	}
}

// RegisterPlan is called at the end of a plan. It registers the object that the plan is about, and reports other resources of the plan
// that manage or destroy the same object.
func (b *Base) RegisterPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	switch {
	case b.Provider == nil || resp.Diagnostics.HasError():
	case req.Plan.Raw.IsNull():
		b.registerDestroy(ctx, req, resp)
	case len(resp.RequiresReplace) == 0: // otherwise Terraform plans the new object next
		b.registerManaged(ctx, req, resp)
	}
	if b.Provider != nil && !b.checked && !resp.Diagnostics.HasError() {
		b.Provider.Checked.add(b.TypeName, req)
	}
}

func (b *Base) registerManaged(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	creates := req.State.Raw.IsNull()
	o, known := b.Object(req.State.Raw) // a plan may not know the ID that an update leaves
	if creates {
		o, known = b.Object(resp.Plan.Raw)
	}
	if creates && !b.Kind.Adopts {
		var named bool
		if o, named = b.named(resp.Plan.Raw); !named {
			return
		}
	} else if !known {
		return
	}
	others, destroyed := b.Provider.Objects.Manage(o, req.Config.Raw, req.State.Raw)
	for _, other := range others {
		if o.ID == "" && b.Kind.Unique == "" { // two new objects may have the same name
			break
		}
		if name := b.difference(req.Config.Raw, other); name != "" {
			AddConflictingResources(b.Kind.Title, path.Root(name), &resp.Diagnostics)
			return
		}
	}
	switch {
	case destroyed && creates && b.Kind.Adopts:
		WarnOfAdoption(b.Kind.Title, &resp.Diagnostics)
	case destroyed && creates:
		warnOfRecreation(b.Kind.Title, o.Name, &resp.Diagnostics)
	case destroyed:
		AddDestroyedElsewhere(b.Kind.Title, &resp.Diagnostics)
	}
	if creates && b.Kind.Adopts {
		b.setPlanned(ctx, resp, plannedObject{Created: o.ID})
	} else {
		b.setPlanned(ctx, resp, plannedObject{})
	}
}

func (b *Base) registerDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var planned plannedObject
	if o, ok := b.Object(req.State.Raw); ok && b.Provider.Objects.Destroy(o, req.State.Raw) {
		planned.Managed = true
		WarnOfKeptObject(b.Kind.Title, &resp.Diagnostics)
	}
	if o, ok := b.named(req.State.Raw); ok && b.Provider.Objects.Destroy(o, req.State.Raw) {
		warnOfRecreation(b.Kind.Title, o.Name, &resp.Diagnostics)
	}
	b.setPlanned(ctx, resp, planned)
}

func (b *Base) setPlanned(ctx context.Context, resp *resource.ModifyPlanResponse, planned plannedObject) {
	if planned == (plannedObject{}) {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, objectKey, nil)...)
		return
	}
	SetPrivate(ctx, resp.Private, objectKey, planned, &resp.Diagnostics)
}

// ManagedElsewhere is true if another resource of the plan manages the object of a state, so that its destroy changes nothing.
func (b *Base) ManagedElsewhere(state tftypes.Value) bool {
	o, ok := b.Object(state)
	return ok && b.Provider != nil && b.Provider.Objects.Managed(o, state)
}

// difference finds an attribute that two configurations of one object set to different values, "" if there is none.
func (b *Base) difference(mine, theirs tftypes.Value) string {
	left, right := attributesOf(mine), attributesOf(theirs)
	for _, name := range slices.Sorted(maps.Keys(left)) {
		if name == "timeouts" || slices.Contains(b.Kind.ProviderOnly, name) || left[name].IsNull() || right[name].IsNull() {
			continue
		}
		if !mayEqual(left[name], right[name]) {
			return name
		}
	}
	return ""
}

// BeginWrite is called at the beginning of a create, an update or a deletion, even if it changes nothing on the server. WriteObject
// and DeleteObject call it.
func (b *Base) BeginWrite() { b.Provider.walk.write() }

// WriteObject is called before a create, with the planned object, or before an update, with the prior one. It waits for other operations on the same object. The
// caller calls done at the end; it is nil after an error.
func (b *Base) WriteObject(ctx context.Context, object tftypes.Value, creates bool, diags *diag.Diagnostics) (done func()) {
	b.BeginWrite()
	o, ok := b.Object(object)
	if !ok || creates && !b.Kind.Adopts {
		return func() {}
	}
	b.Provider.Objects.Write(o)
	return b.Lock(ctx, o, diags)
}

// DeleteObject is called before a deletion, with the state. It waits for other operations on the same object. If another resource of
// the configuration manages the object, nothing must be deleted, and done is nil; so it is after an error. Otherwise the caller calls
// done at the end.
func (b *Base) DeleteObject(ctx context.Context, state tftypes.Value, private PrivateState, diags *diag.Diagnostics) (done func()) {
	b.BeginWrite()
	o, ok := b.Object(state)
	if !ok {
		return func() {}
	}
	var planned plannedObject
	GetPrivate(ctx, private, objectKey, &planned, diags)
	if planned.Created == o.ID { // the create that replaces the resource takes over the object
		return nil
	}
	if planned.Managed || b.Kind.Adopts && len(b.AwaitClaims(ctx, o)) > 0 {
		WarnOfKeptObject(b.Kind.Title, diags)
		return nil
	}
	if done = b.Lock(ctx, o, diags); done == nil {
		return nil
	}
	if b.Provider.Objects.Written(o) {
		done()
		WarnOfKeptObject(b.Kind.Title, diags)
		return nil
	}
	ends := []func(){done, b.Provider.Objects.Deleting(o)}
	if o, ok := b.named(state); ok {
		ends = append(ends, b.Provider.Objects.Deleting(o))
	}
	return func() {
		for _, end := range ends {
			end()
		}
	}
}

// AwaitClaims returns those of the objects that another resource of the apply manages. Terraform applies the two at the same time, so
// a deletion gives the other one a moment to say so.
func (b *Base) AwaitClaims(ctx context.Context, objects ...Object) (claimed []Object) {
	return b.Provider.Objects.AwaitClaims(ctx, claimGrace, objects...)
}

// Lock waits for other operations on an object. The caller calls done at the end; it is nil after an error.
func (b *Base) Lock(ctx context.Context, o Object, diags *diag.Diagnostics) (done func()) {
	done, err := b.Provider.Objects.Lock(ctx, o)
	if err != nil {
		addInterrupted(b.Kind.Title, err, diags)
		return nil
	}
	return done
}

// awaitDelete is called after a create has failed because another object has the name of the planned one. It is true if the apply has
// deleted that one in the meantime.
func (b *Base) awaitDelete(ctx context.Context, planned tftypes.Value) bool {
	o, ok := b.Object(planned)
	if !ok {
		o, ok = b.named(planned)
	}
	return ok && b.Provider.Objects.AwaitDelete(ctx, o, deleteGrace)
}

// Object returns the object of a state or plan. It is false if that is not known.
func (b *Base) Object(value tftypes.Value) (Object, bool) {
	names := b.Kind.Key
	if names == nil {
		for _, part := range b.Identity {
			names = append(names, part.Name)
		}
	}
	if len(names) == 0 {
		names = []string{orgAttribute}
	}
	values := make([]string, len(names))
	for i, name := range names {
		text, known := stringAttribute(value, name)
		if !known {
			return Object{}, false
		}
		values[i] = text
	}
	return Object{TypeName: b.TypeName, ID: strings.Join(values, "/")}, values[0] != ""
}

// named returns the object of a state or plan by its name. It is false if there is none, or if it is not known.
func (b *Base) named(value tftypes.Value) (Object, bool) {
	name, known := stringAttribute(value, cmp.Or(b.Kind.Unique, "name"))
	return Object{TypeName: b.TypeName, Name: name}, known && name != "" && !b.Kind.Adopts
}

// stringAttribute returns the value of a root attribute, "" for null. It is false if the value is not known, or no string.
func stringAttribute(object tftypes.Value, name string) (text string, known bool) {
	value, ok := attributesOf(object)[name]
	if !ok || !value.IsKnown() {
		return "", false
	}
	if value.IsNull() {
		return "", true
	}
	err := value.As(&text)
	return text, err == nil
}
