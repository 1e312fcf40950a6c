package provider_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/provider"
)

// attribute is what configurations rely on.
type attribute struct {
	Type      string `json:"type"`
	Required  bool   `json:"required,omitempty"`
	Optional  bool   `json:"optional,omitempty"`
	Computed  bool   `json:"computed,omitempty"`
	Sensitive bool   `json:"sensitive,omitempty"`
	WriteOnly bool   `json:"write_only,omitempty"`
	// Replaces is true if the schema says that a change replaces the resource. A resource may decide on more in its plan.
	Replaces bool `json:"replaces,omitempty"`
}

// surface is everything that a configuration can use: for each type, by its address, the attributes by their paths.
type surface map[string]map[string]attribute

// present returns the current surface of the provider.
func present(t *testing.T) surface {
	t.Helper()
	schemas := acctest.Schemas(t)
	now := surface{"provider": attributesOf(schemas.Provider)}
	for prefix, kind := range map[string]map[string]*tfprotov6.Schema{
		"": schemas.ResourceSchemas, "data.": schemas.DataSourceSchemas, "ephemeral.": schemas.EphemeralResourceSchemas,
		"list.": schemas.ListResourceSchemas,
	} {
		for name, s := range kind {
			now[prefix+name] = attributesOf(s)
		}
	}
	for name, action := range schemas.ActionSchemas {
		now["action."+name] = attributesOf(action.Schema)
	}
	for name, function := range schemas.Functions {
		now["provider::octomil::"+name] = signature(function)
	}
	markReplacing(t, now)
	return now
}

func attributesOf(s *tfprotov6.Schema) map[string]attribute {
	out := map[string]attribute{}
	blockOf(out, "", s.Block)
	return out
}

func blockOf(out map[string]attribute, prefix string, b *tfprotov6.SchemaBlock) {
	nestedOf(out, prefix, b.Attributes)
	for _, nested := range b.BlockTypes {
		out[prefix+nested.TypeName] = attribute{Type: "block " + strings.ToLower(nested.Nesting.String()), Optional: nested.MinItems == 0, Required: nested.MinItems > 0}
		blockOf(out, prefix+nested.TypeName+".", nested.Block)
	}
}

func nestedOf(out map[string]attribute, prefix string, in []*tfprotov6.SchemaAttribute) {
	for _, a := range in {
		p := attribute{Required: a.Required, Optional: a.Optional, Computed: a.Computed, Sensitive: a.Sensitive, WriteOnly: a.WriteOnly}
		object, isObject := a.Type.(tftypes.Object)
		switch {
		case a.NestedType != nil:
			p.Type = "nested " + strings.ToLower(a.NestedType.Nesting.String())
			nestedOf(out, prefix+a.Name+".", a.NestedType.Attributes)
		case isObject && a.Computed && !a.Optional: // a configuration reads it as it reads nested attributes
			p.Type = "nested single"
			nestedOf(out, prefix+a.Name+".", computedOf(object))
		default:
			p.Type = typeName(a.Type)
		}
		out[prefix+a.Name] = p
	}
}

// computedOf returns the attributes of an object that is computed.
func computedOf(object tftypes.Object) (attributes []*tfprotov6.SchemaAttribute) {
	for name, typ := range object.AttributeTypes {
		attributes = append(attributes, &tfprotov6.SchemaAttribute{Name: name, Type: typ, Computed: true})
	}
	return attributes
}

func typeName(typ tftypes.Type) string { return strings.ReplaceAll(typ.String(), "tftypes.", "") }

// signature returns the parameters of a function as required attributes, in their order.
func signature(f *tfprotov6.Function) map[string]attribute {
	out := map[string]attribute{"return": {Type: typeName(f.Return.Type), Computed: true}}
	for i, parameter := range f.Parameters {
		out[fmt.Sprint("parameter ", i+1)] = attribute{Type: typeName(parameter.Type), Required: true}
	}
	if f.VariadicParameter != nil {
		out["further parameters"] = attribute{Type: typeName(f.VariadicParameter.Type), Optional: true}
	}
	return out
}

// markReplacing adds the plan modifiers that replace the resource, which the protocol does not show.
func markReplacing(t *testing.T, now surface) {
	t.Helper()
	for _, open := range provider.New("test")().Resources(t.Context()) {
		r := open()
		var meta resource.MetadataResponse
		var definition resource.SchemaResponse
		r.Metadata(t.Context(), resource.MetadataRequest{ProviderTypeName: "octomil"}, &meta)
		r.Schema(t.Context(), resource.SchemaRequest{}, &definition)
		for name, attribute := range definition.Schema.Attributes {
			if p := now[meta.TypeName][name]; replaces(t.Context(), attribute) {
				p.Replaces = true
				now[meta.TypeName][name] = p
			}
		}
	}
}

// replaces reports whether a plan modifier of the attribute describes a replacement.
func replaces(ctx context.Context, attribute schema.Attribute) bool {
	modifiers := reflect.Indirect(reflect.ValueOf(attribute)).FieldByName("PlanModifiers")
	if !modifiers.IsValid() {
		return false
	}
	for i := range modifiers.Len() {
		modifier, ok := modifiers.Index(i).Interface().(interface{ Description(context.Context) string })
		if ok && strings.Contains(modifier.Description(ctx), "destroy and recreate") {
			return true
		}
	}
	return false
}
