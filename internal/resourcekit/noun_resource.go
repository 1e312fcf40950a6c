package resourcekit

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

type nounResource[M, O any] struct {
	Base
	noun *Noun[M, O]
}

// Resource is the noun as a resource.
func (n *Noun[M, O]) Resource() resource.Resource {
	return &nounResource[M, O]{Base: NewBase(n.TypeName, n.Identity...), noun: n}
}

// Metadata is Base's.
func (r *nounResource[M, O]) Metadata(ctx context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	r.Base.Metadata(ctx, req, resp)
	resp.ResourceBehavior.MutableIdentity = r.noun.MutableIdentity
}

func (r *nounResource[M, O]) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = r.noun.Schema
}

// ValidateConfig asks the noun.
func (r *nounResource[M, O]) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config M
	if r.noun.Validate == nil {
		return
	}
	if resp.Diagnostics.Append(req.Config.Get(ctx, &config)...); !resp.Diagnostics.HasError() {
		r.noun.Validate(ctx, config, &resp.Diagnostics)
	}
}

// ModifyPlan announces the name of what is planned, and warns of what a destroy leaves behind.
func (r *nounResource[M, O]) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.noun.Plan != nil {
		r.noun.Plan(ctx, &r.Base, req, resp)
	}
	if req.Plan.Raw.IsNull() {
		r.warnOfRemains(&resp.Diagnostics)
		return
	}
	if r.noun.Announce == nil || r.Provider == nil || resp.Diagnostics.HasError() {
		return
	}
	r.announce(ctx, req.State, resp)
}

// announce tells what refers to the object by its name that it will be there, or will have another name. What is there already under
// its name, everybody can look up.
func (r *nounResource[M, O]) announce(ctx context.Context, prior tfsdk.State, resp *resource.ModifyPlanResponse) {
	var plan, state M
	resp.Diagnostics.Append(resp.Plan.Get(ctx, &plan)...)
	name := r.noun.Announce(plan)
	switch {
	case name == "" || resp.Diagnostics.HasError():
	case prior.Raw.IsNull():
		r.Provider.Planned.Announce(r.TypeName, name)
	case hasAttribute(prior, "id"):
		var id string
		resp.Diagnostics.Append(prior.Get(ctx, &state)...)
		resp.Diagnostics.Append(prior.GetAttribute(ctx, path.Root("id"), &id)...)
		if r.noun.Announce(state) != name {
			r.Provider.Planned.Rename(r.TypeName, id, name)
		}
	}
}

func (r *nounResource[M, O]) warnOfRemains(diags *diag.Diagnostics) {
	if r.noun.Remains != "" {
		diags.AddWarning(fmt.Sprintf("The %s stays on the server", r.noun.Title), r.noun.Remains)
	}
}

func (r *nounResource[M, O]) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config M
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	w := writing[M, O]{r: r, client: client, plan: req.Plan, state: &resp.State, identity: resp.Identity, diags: &resp.Diagnostics}
	o, err := r.noun.Create(ctx, &Operation[M, O]{
		Client: client, Plan: &plan, Config: &config, Private: resp.Private, Diags: &resp.Diagnostics,
		keep: func(ctx context.Context, o O) { w.take(ctx, plan, o) },
	})
	if err != nil {
		r.blameCreate(ctx, client, plan, err, &resp.Diagnostics)
		return
	}
	if !resp.Diagnostics.HasError() {
		w.settle(ctx, plan, o)
	}
}

func (r *nounResource[M, O]) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state M
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	o, err := r.noun.Read(ctx, client, &state)
	if control.NotFound(err) {
		r.Identify(ctx, req.State, resp.Identity, &resp.Diagnostics)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		AddError(&resp.Diagnostics, path.Empty(), "Could not read the "+r.noun.Title, err)
		return
	}
	r.noun.Take(ctx, client, &state, o, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	r.Identify(ctx, resp.State, resp.Identity, &resp.Diagnostics)
}

func (r *nounResource[M, O]) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state, config M
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	w := writing[M, O]{r: r, client: client, plan: req.Plan, state: &resp.State, identity: resp.Identity, diags: &resp.Diagnostics}
	op := &Operation[M, O]{
		Client: client, Plan: &plan, State: &state, Config: &config, Private: resp.Private, Diags: &resp.Diagnostics,
		keep: func(ctx context.Context, o O) { w.take(ctx, plan, o) },
	}
	var o O
	var err error
	if r.noun.Update == nil { // only what the server knows nothing of has changed
		o, err = r.noun.Read(ctx, client, &plan)
	} else {
		o, err = r.noun.Update(ctx, op)
	}
	if err != nil {
		AddError(&resp.Diagnostics, r.blamed(err), "Could not update the "+r.noun.Title, err)
		return
	}
	if !resp.Diagnostics.HasError() {
		w.settle(ctx, plan, o)
	}
}

func (r *nounResource[M, O]) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state M
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, client := r.Client(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.noun.Delete != nil {
		err := r.noun.Delete(ctx, &Operation[M, O]{Client: client, State: &state, Private: req.Private, Diags: &resp.Diagnostics})
		if err != nil {
			AddError(&resp.Diagnostics, path.Empty(), "Could not delete the "+r.noun.Title, err)
			return
		}
	}
	r.warnOfRemains(&resp.Diagnostics)
}

// ImportState takes an identity, the object's id, or its name.
func (r *nounResource[M, O]) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	ctx, client := r.Reader(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || r.ImportedByIdentity(ctx, req, resp) || resp.Diagnostics.HasError() {
		return
	}
	o, found := r.noun.Find(ctx, client, req.ID, path.Empty(), &resp.Diagnostics)
	if !found {
		return
	}
	state := tfsdk.State{Schema: resp.State.Schema, Raw: resp.State.Raw.Copy()}
	r.noun.fill(ctx, client, &state, o, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	for _, part := range r.Identity { // Read does the rest
		var value *string
		resp.Diagnostics.Append(state.GetAttribute(ctx, path.Root(part.Name), &value)...)
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(part.Name), value)...)
	}
	r.Identify(ctx, state, resp.Identity, &resp.Diagnostics)
}

// fill makes the state of an object of which nothing is known but what the server says.
func (n *Noun[M, O]) fill(ctx context.Context, client *control.Client, state *tfsdk.State, o O, diags *diag.Diagnostics) {
	var m M
	state.Raw = nothing(ctx, *state)
	if diags.Append(state.Get(ctx, &m)...); diags.HasError() {
		return
	}
	n.Take(ctx, client, &m, o, diags)
	diags.Append(state.Set(ctx, &m)...)
}

// nothing is an object with every attribute null.
func nothing(ctx context.Context, state tfsdk.State) tftypes.Value {
	object, _ := state.Schema.Type().TerraformType(ctx).(tftypes.Object)
	attributes := map[string]tftypes.Value{}
	for name, typ := range object.AttributeTypes {
		attributes[name] = tftypes.NewValue(typ, nil)
	}
	return tftypes.NewValue(object, attributes)
}

// Find finds an object by its id or its name; an id wins. at is the attribute to blame where there is none.
func (n *Noun[M, O]) Find(ctx context.Context, client *control.Client, word string, at path.Path, diags *diag.Diagnostics) (O, bool) {
	var none O
	o, found, names, err := n.search(ctx, client, word)
	switch {
	case err != nil:
		AddError(diags, at, "Could not find the "+n.Title, err)
		return none, false
	case !found:
		text := fmt.Sprintf("No %s of this organization has the id or the name %q; a name must be spelled exactly. Check the spelling, and org_id "+
			"of the provider block.", n.Title, word)
		if closest := Closest(word, names, suggestions); len(closest) > 0 {
			text += fmt.Sprintf("\n\nThe closest %s: %s.", n.Titles, strings.Join(closest, ", "))
		}
		diags.AddAttributeError(at, "Could not find the "+n.Title, text)
		return none, false
	}
	return o, true
}

// suggestions is how many names an error proposes.
const suggestions = 3

// search answers the names of the others, too, where it has seen them.
func (n *Noun[M, O]) search(ctx context.Context, client *control.Client, word string) (o O, found bool, names []string, err error) {
	if n.Lookup != nil {
		if o, found, err = n.Lookup(ctx, client, word); found || err != nil || n.List == nil {
			return o, found, nil, err
		}
	}
	all, err := n.List(ctx, client, nil)
	var ids []string
	for _, other := range all {
		name, id := n.Name(other), ""
		if n.ID != nil {
			id = n.ID(other)
		}
		if id == word && id != "" {
			return other, true, nil, nil
		}
		if names = append(names, name); name == word {
			o, ids = other, append(ids, id)
		}
	}
	if len(ids) > 1 {
		return o, false, nil, fmt.Errorf("%d %s have the name %q: use an id, which is one of %s", len(ids), n.Titles, word, strings.Join(ids, ", "))
	}
	return o, len(ids) == 1, names, err
}

// Tried is the answer of a Lookup that reads a word as an id.
func Tried[O any](o O, err error) (O, bool, error) {
	if NoID(err) || control.NoSuchRoute(err) { // a name with a slash in it makes another route for some servers
		return o, false, nil
	}
	return o, err == nil, err
}

// NoID is true when the server has nothing of that id, or says that it cannot even be an id.
func NoID(err error) bool {
	return control.NotFound(err) || control.HasStatus(err, http.StatusBadRequest) || control.HasStatus(err, http.StatusUnprocessableEntity)
}

// blameCreate explains an object that could not be created. A name that is taken is somebody else's object, which is never taken
// over silently.
func (r *nounResource[M, O]) blameCreate(ctx context.Context, client *control.Client, plan M, err error, diags *diag.Diagnostics) {
	summary := "Could not create the " + r.noun.Title
	if r.noun.Unique == "" || !control.HasStatus(err, http.StatusConflict) || PolicyDenied(err) {
		AddError(diags, r.blamed(err), summary, err)
		return
	}
	id := "<id>"
	if r.noun.Announce != nil {
		id = r.noun.Announce(plan)
		if o, found, _, findErr := r.noun.search(ctx, client, id); findErr == nil && found {
			id = r.noun.ID(o)
		}
	}
	diags.AddAttributeError(path.Root(r.noun.Unique), summary, fmt.Sprintf("%s\n\nChoose another %s, or take over the %s that has this one, with its "+
		"address in the configuration:\n\n    terraform import %s.<address> %q", Explain(err), r.noun.Unique, r.noun.Title, r.TypeName, id))
}

// blamed is the attribute that the server names in a refusal, as far as the resource has one of that name.
func (r *nounResource[M, O]) blamed(err error) path.Path {
	named := control.FieldOf(err)
	if attribute, ok := r.noun.Fields[named]; ok {
		named = attribute
	}
	if _, ok := r.noun.Schema.Attributes[named]; ok {
		return path.Root(named)
	}
	if r.noun.Unique != "" && control.HasStatus(err, http.StatusConflict) && !PolicyDenied(err) {
		return path.Root(r.noun.Unique)
	}
	return path.Empty()
}

// writing is what follows a create or an update.
type writing[M, O any] struct {
	r        *nounResource[M, O]
	client   *control.Client
	plan     tfsdk.Plan
	state    *tfsdk.State
	identity *tfsdk.ResourceIdentity
	diags    *diag.Diagnostics
}

// take saves an object over what was planned.
func (w *writing[M, O]) take(ctx context.Context, m M, o O) {
	w.r.noun.Take(ctx, w.client, &m, o, w.diags)
	state := tfsdk.State{Schema: w.state.Schema, Raw: w.plan.Raw}
	w.diags.Append(state.Set(ctx, &m)...)
	if !state.Raw.IsFullyKnown() { // what only a later answer tells
		state.Raw = known(state.Raw)
	}
	w.state.Raw = state.Raw
	w.r.Identify(ctx, *w.state, w.identity, w.diags)
}

// settle saves the object, and says where the server keeps something else than was planned: it must not look as if it were right.
func (w *writing[M, O]) settle(ctx context.Context, m M, o O) {
	w.take(ctx, m, o)
	if len(w.differ()) == 0 || w.diags.HasError() {
		return
	}
	// An answer may leave out what a read gives, and an object that was adopted after a lost answer may be somebody else's.
	found := m
	w.r.noun.Take(ctx, w.client, &found, o, w.diags)
	o, err := w.r.noun.Read(ctx, w.client, &found)
	if err != nil {
		AddError(w.diags, path.Empty(), fmt.Sprintf("Could not read the %s that was written", w.r.noun.Title), err)
		return
	}
	w.take(ctx, m, o)
	for _, name := range w.differ() {
		w.diags.AddAttributeError(path.Root(name), "The server keeps something else", fmt.Sprintf("The server accepted the request, but %s "+
			"of the %s is not what the configuration says. Run plan to see what it is. If it stays so after another apply, this server "+
			"cannot keep it: change the configuration.", name, w.r.noun.Title))
	}
}

// differ are the attributes that are not as they were planned.
func (w *writing[M, O]) differ() []string {
	var planned, kept map[string]tftypes.Value
	if w.plan.Raw.As(&planned) != nil || w.state.Raw.As(&kept) != nil {
		return nil
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(planned)) {
		if planned[name].IsFullyKnown() && !planned[name].Equal(kept[name]) {
			names = append(names, name)
		}
	}
	return names
}

// known replaces what is unknown by null.
func known(value tftypes.Value) tftypes.Value {
	out, err := tftypes.Transform(value, func(_ *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if !v.IsKnown() {
			return tftypes.NewValue(v.Type(), nil), nil
		}
		return v, nil
	})
	if err != nil {
		return value
	}
	return out
}
