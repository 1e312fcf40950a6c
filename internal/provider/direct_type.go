package provider

import (
	"context"
	"reflect"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/defaults"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// directType is a resource type, as the framework knows it.
type directType struct {
	open func() resource.Resource

	loaded bool
	schema schema.Schema
	object tftypes.Type
	// identity is the schema of the identity, identityObject its type, nil without one.
	identity       identityschema.Schema
	identityObject tftypes.Type
	// mutableIdentity is true if a plan may change the identity.
	mutableIdentity bool
	// defaults are the values of the attributes that the configuration does not set.
	defaults map[string]tftypes.Value
	// writeOnly are the attributes that no state has.
	writeOnly []string
	// plansUnchanged is true if what the framework does to a plan before the resource does changes nothing in one that is like the state,
	// as far as defaults and writeOnly do not say otherwise.
	plansUnchanged bool
}

func (d *directType) load(ctx context.Context) {
	if d.loaded {
		return
	}
	d.loaded = true
	r := d.open()
	var s resource.SchemaResponse
	r.Schema(ctx, resource.SchemaRequest{}, &s)
	d.schema, d.object = s.Schema, s.Schema.Type().TerraformType(ctx)
	if with, ok := r.(resource.ResourceWithIdentity); ok {
		var i resource.IdentitySchemaResponse
		with.IdentitySchema(ctx, resource.IdentitySchemaRequest{}, &i)
		d.identity, d.identityObject = i.IdentitySchema, i.IdentitySchema.Type().TerraformType(ctx)
	}
	var meta resource.MetadataResponse
	r.Metadata(ctx, resource.MetadataRequest{}, &meta)
	d.mutableIdentity = meta.ResourceBehavior.MutableIdentity
	d.defaults = map[string]tftypes.Value{}
	d.plansUnchanged = !s.Diagnostics.HasError() && len(d.schema.Blocks) == 0
	for name, attribute := range d.schema.Attributes {
		d.inspect(ctx, name, attribute)
	}
}

// inspect finds out what the framework does to an attribute of a plan.
func (d *directType) inspect(ctx context.Context, name string, attribute schema.Attribute) {
	if attribute.IsWriteOnly() {
		d.writeOnly = append(d.writeOnly, name)
	}
	if field := reflect.ValueOf(attribute).FieldByName("Default"); field.IsValid() && !field.IsNil() {
		value, ok := defaultOf(ctx, attribute)
		d.defaults[name], d.plansUnchanged = value, d.plansUnchanged && ok
	}
	d.plansUnchanged = d.plansUnchanged && keepsUnchanged(attribute)
	for _, nested := range nestedAttributes(attribute) {
		d.plansUnchanged = d.plansUnchanged && isPlain(nested)
	}
}

// nestedAttributes are the attributes of a nested attribute.
func nestedAttributes(attribute schema.Attribute) map[string]schema.Attribute {
	switch a := attribute.(type) {
	case schema.SingleNestedAttribute:
		return a.Attributes
	case schema.ListNestedAttribute:
		return a.NestedObject.Attributes
	case schema.MapNestedAttribute:
		return a.NestedObject.Attributes
	case schema.SetNestedAttribute:
		return a.NestedObject.Attributes
	}
	return nil
}

// isPlain is true of an attribute within another one to which the framework does nothing in a plan that is like the state.
func isPlain(attribute schema.Attribute) bool {
	field := reflect.ValueOf(attribute).FieldByName("Default")
	if attribute.IsWriteOnly() || field.IsValid() && !field.IsNil() || !keepsUnchanged(attribute) {
		return false
	}
	for _, nested := range nestedAttributes(attribute) {
		if !isPlain(nested) {
			return false
		}
	}
	return true
}

// frameworkModifiers is where the plan modifiers of the framework are. None of them does anything where the plan is like the state.
const frameworkModifiers = "github.com/hashicorp/terraform-plugin-framework/resource/schema/"

// keepsUnchanged is true if the plan modifiers of an attribute do nothing where the plan is like the state: those of the framework, and
// those of ours that say so.
func keepsUnchanged(attribute schema.Attribute) bool {
	modifiers := reflect.ValueOf(attribute).FieldByName("PlanModifiers")
	if !modifiers.IsValid() {
		return true
	}
	for i := range modifiers.Len() {
		modifier := modifiers.Index(i).Elem()
		_, says := modifier.Interface().(resourcekit.KeepsUnchanged)
		if typ := modifier.Type(); !says && !strings.HasPrefix(typ.PkgPath(), frameworkModifiers) {
			return false
		}
	}
	return true
}

// defaultOf returns the default of an attribute. It is false of a type that no resource has.
func defaultOf(ctx context.Context, attribute schema.Attribute) (value tftypes.Value, ok bool) {
	var err error
	switch a := attribute.(type) {
	case schema.StringAttribute:
		var resp defaults.StringResponse
		a.Default.DefaultString(ctx, defaults.StringRequest{}, &resp)
		value, err = resp.PlanValue.ToTerraformValue(ctx)
		ok = err == nil && !resp.Diagnostics.HasError()
	case schema.BoolAttribute:
		var resp defaults.BoolResponse
		a.Default.DefaultBool(ctx, defaults.BoolRequest{}, &resp)
		value, err = resp.PlanValue.ToTerraformValue(ctx)
		ok = err == nil && !resp.Diagnostics.HasError()
	case schema.Int64Attribute:
		var resp defaults.Int64Response
		a.Default.DefaultInt64(ctx, defaults.Int64Request{}, &resp)
		value, err = resp.PlanValue.ToTerraformValue(ctx)
		ok = err == nil && !resp.Diagnostics.HasError()
	case schema.Float64Attribute:
		var resp defaults.Float64Response
		a.Default.DefaultFloat64(ctx, defaults.Float64Request{}, &resp)
		value, err = resp.PlanValue.ToTerraformValue(ctx)
		ok = err == nil && !resp.Diagnostics.HasError()
	}
	return value, ok
}
