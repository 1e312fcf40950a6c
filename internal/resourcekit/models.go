package resourcekit

import (
	"context"
	"reflect"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Models loads the model M from states, plans and configurations of one schema, and stores it. The framework's Get and Set do the same: they
// walk by reflection, compile an expression for each name of a field, and build the type of the schema each time, see
// https://github.com/hashicorp/terraform-plugin-framework/blob/v1.19.0/internal/reflect/struct.go and helpers.go. What is not plain, such as a
// value that is not valid, is left to them. The zero value is ready to use and safe for concurrent use.
type Models[M any] struct {
	once sync.Once
	// fields are those of M, nil if M has others than values of the framework.
	fields []modelField
	object tftypes.Object
}

// modelField is an attribute and its field.
type modelField struct {
	name  string
	index int
	typ   attr.Type
	// value is the Go type of the field, terraform the type of the attribute.
	value     reflect.Type
	terraform tftypes.Type
}

// source is a state, a plan or a configuration.
type source interface {
	Get(ctx context.Context, target any) diag.Diagnostics
}

// State loads a model from a state.
func (s *Models[M]) State(ctx context.Context, state tfsdk.State, m *M, diags *diag.Diagnostics) {
	s.load(ctx, state, state.Schema, state.Raw, m, diags)
}

// Plan loads a model from a plan.
func (s *Models[M]) Plan(ctx context.Context, plan tfsdk.Plan, m *M, diags *diag.Diagnostics) {
	s.load(ctx, plan, plan.Schema, plan.Raw, m, diags)
}

// Config loads a model from a configuration.
func (s *Models[M]) Config(ctx context.Context, config tfsdk.Config, m *M, diags *diag.Diagnostics) {
	s.load(ctx, config, config.Schema, config.Raw, m, diags)
}

// typed is a schema.
type typed interface{ Type() attr.Type }

func (s *Models[M]) load(ctx context.Context, from source, schema typed, raw tftypes.Value, m *M, diags *diag.Diagnostics) {
	s.once.Do(func() { s.learn(ctx, schema) })
	if !s.read(ctx, raw, m) {
		diags.Append(from.Get(ctx, m)...)
	}
}

// Store sets a state from a model.
func (s *Models[M]) Store(ctx context.Context, state *tfsdk.State, m *M, diags *diag.Diagnostics) {
	s.once.Do(func() { s.learn(ctx, state.Schema) })
	if raw, ok := s.write(ctx, m); ok {
		state.Raw = raw
		return
	}
	diags.Append(state.Set(ctx, m)...)
}

// StorePlan sets a plan from a model.
func (s *Models[M]) StorePlan(ctx context.Context, plan *tfsdk.Plan, m *M, diags *diag.Diagnostics) {
	s.once.Do(func() { s.learn(ctx, plan.Schema) })
	if raw, ok := s.write(ctx, m); ok {
		plan.Raw = raw
		return
	}
	diags.Append(plan.Set(ctx, m)...)
}

// learn matches the fields of M with the attributes of the schema.
func (s *Models[M]) learn(ctx context.Context, schema typed) {
	object, ok := schema.Type().(attr.TypeWithAttributeTypes)
	if !ok {
		return
	}
	terraform, ok := object.TerraformType(ctx).(tftypes.Object)
	if !ok {
		return
	}
	types, model := object.AttributeTypes(), reflect.TypeFor[M]()
	if model.Kind() != reflect.Struct || model.NumField() != len(types) {
		return
	}
	var fields []modelField
	for i := range model.NumField() {
		field := model.Field(i)
		name := field.Tag.Get("tfsdk")
		typ, ok := types[name]
		if !ok || field.Anonymous || !field.IsExported() || !field.Type.Implements(reflect.TypeFor[attr.Value]()) ||
			terraform.AttributeTypes[name].Is(tftypes.DynamicPseudoType) {
			return
		}
		fields = append(fields, modelField{name, i, typ, field.Type, terraform.AttributeTypes[name]})
	}
	s.fields, s.object = fields, terraform
}

// read sets m. It is false, and m as it was, if that is left to the framework.
func (s *Models[M]) read(ctx context.Context, raw tftypes.Value, m *M) bool {
	var values map[string]tftypes.Value
	if s.fields == nil || raw.IsNull() || !raw.IsKnown() || raw.As(&values) != nil || len(values) != len(s.fields) {
		return false
	}
	var read M
	target := reflect.ValueOf(&read).Elem()
	for i := range s.fields {
		f := &s.fields[i]
		raw, ok := values[f.name]
		if !ok {
			return false
		}
		value, err := f.typ.ValueFromTerraform(ctx, raw)
		if err != nil || !f.valid(ctx, value, raw) || reflect.TypeOf(value) != f.value {
			return false
		}
		target.Field(f.index).Set(reflect.ValueOf(value))
	}
	*m = read
	return true
}

// write makes an object of m. It is false if that is left to the framework.
func (s *Models[M]) write(ctx context.Context, m *M) (object tftypes.Value, ok bool) {
	if s.fields == nil {
		return tftypes.Value{}, false
	}
	source, values := reflect.ValueOf(m).Elem(), make(map[string]tftypes.Value, len(s.fields))
	for i := range s.fields {
		f := &s.fields[i]
		value, ok := source.Field(f.index).Interface().(attr.Value)
		if !ok {
			return tftypes.Value{}, false
		}
		raw, err := value.ToTerraformValue(ctx)
		if err != nil || !raw.Type().Equal(f.terraform) || !f.valid(ctx, value, raw) {
			return tftypes.Value{}, false
		}
		values[f.name] = raw
	}
	return tftypes.NewValue(s.object, values), true
}

// valid is true of a value about which neither itself nor its type complains.
func (f *modelField) valid(ctx context.Context, value attr.Value, raw tftypes.Value) bool {
	if v, ok := value.(xattr.ValidateableAttribute); ok {
		var resp xattr.ValidateAttributeResponse
		v.ValidateAttribute(ctx, xattr.ValidateAttributeRequest{Path: path.Root(f.name)}, &resp)
		return len(resp.Diagnostics) == 0
	}
	typ, ok := f.typ.(xattr.TypeWithValidate) //nolint:staticcheck // deprecated, but sets have it
	return !ok || len(typ.Validate(ctx, raw, path.Root(f.name))) == 0
}
