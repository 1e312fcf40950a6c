package discover

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// session is a provider in this process, as Terraform would use it.
type session struct {
	server interface {
		tfprotov6.ProviderServer
		tfprotov6.ListResourceServer
	}
	schemas    *tfprotov6.GetProviderSchemaResponse
	identities *tfprotov6.GetResourceIdentitySchemasResponse
	// warnings is where warnings of the provider go.
	warnings io.Writer
}

// object is one that a list resource has found.
type object struct {
	name string
	// identity has the attributes of the identity that are not null.
	identity map[string]string
}

// open configures the provider with a provider block that has these settings alone.
func open(ctx context.Context, server tfprotov6.ProviderServer, settings map[string]tftypes.Value, warnings io.Writer) (*session, error) {
	s := &session{warnings: warnings}
	var ok bool
	if s.server, ok = server.(interface {
		tfprotov6.ProviderServer
		tfprotov6.ListResourceServer
	}); !ok {
		return nil, errors.New("the provider lists no resources")
	}
	var err error
	if s.schemas, err = server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		return nil, err
	}
	if s.identities, err = server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{}); err != nil {
		return nil, err
	}
	config, err := encode(s.schemas.Provider, settings)
	if err != nil {
		return nil, err
	}
	configured, err := server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{TerraformVersion: "none", Config: config})
	if err != nil {
		return nil, err
	}
	if err := s.check(configured.Diagnostics); err != nil {
		return nil, err
	}
	return s, nil
}

// list returns what the list resource of a type finds, also together with an error that has ended the search.
func (s *session) list(ctx context.Context, typeName string, filters map[string]string) ([]object, error) {
	schema, identity := s.schemas.ListResourceSchemas[typeName], s.identities.IdentitySchemas[typeName]
	if schema == nil || identity == nil {
		return nil, fmt.Errorf("the provider does not list %s", typeName)
	}
	values := map[string]tftypes.Value{}
	for name, value := range filters {
		values[name] = tftypes.NewValue(tftypes.String, value)
	}
	config, err := encode(schema, values)
	if err != nil {
		return nil, err
	}
	stream, err := s.server.ListResource(ctx, &tfprotov6.ListResourceRequest{TypeName: typeName, Config: config})
	if err != nil {
		return nil, err
	}
	var found []object
	var failed error
	for result := range stream.Results {
		failed = errors.Join(failed, s.check(result.Diagnostics))
		if result.Identity == nil || result.Identity.IdentityData == nil {
			continue
		}
		attributes, err := decode(result.Identity.IdentityData, identity.ValueType())
		if err != nil {
			return found, err
		}
		found = append(found, object{name: result.DisplayName, identity: attributes})
	}
	return found, failed
}

// check returns the errors of diagnostics, and prints the warnings.
func (s *session) check(diagnostics []*tfprotov6.Diagnostic) error {
	var failed error
	for _, d := range diagnostics {
		text := d.Summary + ": " + strings.Join(strings.Fields(d.Detail), " ")
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			failed = errors.Join(failed, errors.New(text))
			continue
		}
		if _, err := fmt.Fprintln(s.warnings, "discover: warning:", text); err != nil {
			return err
		}
	}
	return failed
}

// encode returns a block with these attributes; the others are null.
func encode(schema *tfprotov6.Schema, attributes map[string]tftypes.Value) (*tfprotov6.DynamicValue, error) {
	typ, ok := schema.ValueType().(tftypes.Object)
	if !ok {
		return nil, errors.New("the schema is no object")
	}
	values := map[string]tftypes.Value{}
	for name, of := range typ.AttributeTypes {
		values[name] = tftypes.NewValue(of, nil)
		if value, set := attributes[name]; set {
			values[name] = value
		}
	}
	encoded, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, values))
	return &encoded, err
}

// decode returns the strings of an object that are not null.
func decode(data *tfprotov6.DynamicValue, typ tftypes.Type) (map[string]string, error) {
	value, err := data.Unmarshal(typ)
	if err != nil {
		return nil, err
	}
	var attributes map[string]tftypes.Value
	if err := value.As(&attributes); err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for name, attribute := range attributes {
		var text *string
		if err := attribute.As(&text); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if text != nil {
			texts[name] = *text
		}
	}
	return texts, nil
}

// number returns a value for a setting.
func number(n int) tftypes.Value { return tftypes.NewValue(tftypes.Number, big.NewFloat(float64(n))) }
