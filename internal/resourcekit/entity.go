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

// Entity is a kind of object of the control API as Terraform manages it. M is the model, the resource's state as a struct, O the
// object as the client decodes it. Naming here what is special about the kind gives the resource, its identity and imports, its
// list resource and its data sources.
//
// All functions report failed calls of the API as errors, which become diagnostics on the attribute to blame; what they have to
// say beside that goes to the operation's diagnostics.
type Entity[M, O any] struct {
	TypeName string
	// Title and Titles are what texts call one and many of them: "model", "models".
	Title, Titles string
	Schema        schema.Schema
	// Identity is the organization and these attributes; they are all that Read needs.
	Identity Identity
	// MutableIdentity is true where an update may put another object in the place of the one that there was.
	MutableIdentity bool
	// Unique is the attribute that no two objects of the organization share: a conflict on create is blamed on it. "" where there is none.
	Unique string
	// Fields are the attributes to blame for the server's fields that have another name.
	Fields map[string]string
	// ProviderOnly are the attributes that the server knows nothing of: data sources leave them out.
	ProviderOnly []string
	// DestroyWarning warns of what a destroy leaves behind, "" where it leaves nothing.
	DestroyWarning string

	// Create makes the object that the plan describes. Where it goes on after the server has made it, it calls op.SaveState first.
	Create func(ctx context.Context, op *Operation[M, O]) (O, error)
	// Read finds the object by what the identity says.
	Read func(ctx context.Context, client *control.Client, m *M) (O, error)
	// Update makes the object like the plan. Nil where every change replaces it.
	Update func(ctx context.Context, op *Operation[M, O]) (O, error)
	// Delete removes the object; one that is gone already is no error. Nil where the API cannot.
	Delete func(ctx context.Context, op *Operation[M, O]) error
	// FromAPI puts the object into a model that holds what was known before. What means the same keeps its spelling.
	FromAPI func(ctx context.Context, client *control.Client, m *M, o O, diags *diag.Diagnostics)

	// List lists the objects, as far as the filters let the server choose.
	List func(ctx context.Context, client *control.Client, filters map[string]string) ([]O, error)
	// Filters are what a list can be narrowed by.
	Filters []Filter[O]
	// Name is how people call an object; imports take it, lists show it.
	Name func(O) string
	// ID is what the import takes beside the name.
	ID func(O) string
	// Lookup finds an object by what is perhaps its id, at less cost than the list. Nil: in the list.
	Lookup func(ctx context.Context, client *control.Client, word string) (o O, found bool, err error)

	// ModifyPlan has a last look at a plan. Nil where there is none.
	ModifyPlan func(ctx context.Context, r *Base, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse)
	// PlannedName is the name that a planned object will have, "" while that is not known, for what refers to it by its name.
	PlannedName func(planned M) string
	// Validate looks at a configuration as far as it is known. Nil where the schema says it all.
	Validate func(ctx context.Context, config M, diags *diag.Diagnostics)
}

// Filter narrows a list.
type Filter[O any] struct {
	Name        string
	Description string
	Required    bool
	// OneOf are the values that it may have, nil for any.
	OneOf []string
	// Of is what an object must have equal to the filter's value. Nil where the list call takes care of it.
	Of func(O) string
}

// Operation is one create, update or delete.
type Operation[M, O any] struct {
	Client *control.Client
	// Plan is what is wanted, nil in a delete. State is what was there, nil in a create. Config is what is written, with the
	// write-only values, nil in a delete.
	Plan, State, Config *M
	// Private is what the resource remembers.
	Private PrivateState
	Diags   *diag.Diagnostics

	save func(ctx context.Context, o O)
}

// SaveState saves an object that the server has made before the operation goes on, so that a later failure does not lose it.
func (op *Operation[M, O]) SaveState(ctx context.Context, o O) { op.save(ctx, o) }

// fill makes the state of an object of which nothing is known but what the server says.
func (e *Entity[M, O]) fill(ctx context.Context, client *control.Client, state *tfsdk.State, o O, diags *diag.Diagnostics) {
	var m M
	state.Raw = nothing(ctx, *state)
	if diags.Append(state.Get(ctx, &m)...); diags.HasError() {
		return
	}
	e.FromAPI(ctx, client, &m, o, diags)
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
