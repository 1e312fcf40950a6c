package resourcekit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Entity describes a kind of object of the control API. M is the model, which is the resource's state as a struct; O is the
// object as the client decodes it. Resource, ListResource, DataSource and DataSources derive the rest from it.
//
// The functions return failed API calls as errors, which become diagnostics on the attribute that they belong to. They add
// anything else to the operation's diagnostics.
type Entity[M, O any] struct {
	TypeName string
	// Title and Titles are the singular and the plural in texts: "model", "models".
	Title, Titles string
	Schema        schema.Schema
	// Identity are the attributes that, with the organization, identify an object. Read needs no others.
	Identity Identity
	// MutableIdentity is true if an update may replace the object by another one.
	MutableIdentity bool
	// Unique is the attribute that is unique in the organization: a conflict on create belongs to it. "" if there is none.
	Unique string
	// Key are the attributes that identify an object before it is created; see Kind. Nil for those of the identity.
	Key []string
	// Adopts is true if Create takes over an object that exists already; see Kind.
	Adopts bool
	// Fields are the attributes of the request's JSON keys that have another name than their attribute.
	Fields map[string]string
	// ProviderOnly are the attributes that the server does not know. Data sources omit them.
	ProviderOnly []string
	// ResourceOnly are other attributes that data sources omit, such as those that may hold a secret.
	ResourceOnly []string
	// Exact are the attributes to which no server adds anything by itself: more than what was planned is a difference.
	Exact []string
	// KnownAs records the name that the state has of an object where the server spells it otherwise, for resources that refer to it
	// by name. It may be nil.
	KnownAs func(client *control.Client, m M, o O)
	// DestroyWarning is the detail of the warning that a destroy leaves something on the server, "" if it leaves nothing.
	DestroyWarning string

	// Create creates the object of the plan. If it does more after the object exists, it calls op.SaveState first.
	Create func(ctx context.Context, op *Operation[M, O]) (O, error)
	// Read returns the object that the identity attributes of m identify.
	Read func(ctx context.Context, client *control.Client, m *M) (O, error)
	// Update changes the object to what is planned. Nil if every change of what the server knows forces a new resource.
	Update func(ctx context.Context, op *Operation[M, O]) (O, error)
	// Delete deletes the object; if it no longer exists, that is not an error. Nil if the API cannot delete it.
	Delete func(ctx context.Context, op *Operation[M, O]) error
	// FromAPI sets m, which holds the prior values, from the object. A value that means the same as the prior one keeps its
	// spelling.
	FromAPI func(ctx context.Context, client *control.Client, m *M, o O, diags *diag.Diagnostics)

	// List returns the objects. It may apply those filters that the server supports.
	List func(ctx context.Context, client *control.Client, filters map[string]string) ([]O, error)
	// Filters are the filters of the list resource and of the plural data source.
	Filters []Filter[O]
	// Name returns the object's name, which imports accept and lists show.
	Name func(O) string
	// ID returns the object's import ID. Nil if only the name can be imported.
	ID func(O) string
	// Namesake returns when an object was created, "" if that is not known, and whether it is still in use. Nil for objects whose names are
	// unique.
	Namesake func(O) (createdAt string, living bool)
	// Lookup finds an object by a text that may be its ID, with fewer requests than List. Nil if there is no such call.
	Lookup func(ctx context.Context, client *control.Client, idOrName string) (o O, found bool, err error)

	// ModifyPlan checks or changes a plan. It may be nil.
	ModifyPlan func(ctx context.Context, r *Base, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse)
	// PlannedName returns the name by which other resources may refer to the planned object, "" if it is not known yet.
	PlannedName func(planned M) string
	// Validate checks a configuration, of which values may be unknown, beyond the schema's validators. It may be nil.
	Validate func(ctx context.Context, config M, diags *diag.Diagnostics)

	models Models[M]
}

// Filter narrows a list.
type Filter[O any] struct {
	Name        string
	Description string
	Required    bool
	// OneOf are the permitted values, nil for any.
	OneOf []string
	// Of returns what must equal the filter's value. Nil if List applies the filter.
	Of func(O) string
}

// Operation is one create, update or delete.
type Operation[M, O any] struct {
	Client *control.Client
	// Plan is nil in a delete, State in a create. Config, which has the write-only values, is nil in a delete.
	Plan, State, Config *M
	Private             PrivateState
	Diags               *diag.Diagnostics

	save, found func(ctx context.Context, o O)
	adopted     *control.Adoption
}

// Adopted reports whether a create has taken over an object after its answer was lost.
func (op *Operation[M, O]) Adopted() bool { return op.adopted != nil && op.adopted.ID != "" }

// SaveState saves an object that the server has created before the operation continues, so that a later failure does not
// lose it.
func (op *Operation[M, O]) SaveState(ctx context.Context, o O) { op.save(ctx, o) }

// Found notes an object as a read has shown it before the operation changes it: a later read that shows it so again is stale.
func (op *Operation[M, O]) Found(ctx context.Context, o O) { op.found(ctx, o) }

// fill sets a state from an object alone, without prior values.
func (e *Entity[M, O]) fill(ctx context.Context, client *control.Client, state *tfsdk.State, o O, diags *diag.Diagnostics) {
	var m M
	state.Raw = emptyObject(ctx, *state)
	if diags.Append(state.Get(ctx, &m)...); diags.HasError() {
		return
	}
	e.FromAPI(ctx, client, &m, o, diags)
	diags.Append(state.Set(ctx, &m)...)
}

// emptyObject returns an object of which every attribute is null.
func emptyObject(ctx context.Context, state tfsdk.State) tftypes.Value {
	object, _ := state.Schema.Type().TerraformType(ctx).(tftypes.Object)
	attributes := map[string]tftypes.Value{}
	for name, typ := range object.AttributeTypes {
		attributes[name] = tftypes.NewValue(typ, nil)
	}
	return tftypes.NewValue(object, attributes)
}
