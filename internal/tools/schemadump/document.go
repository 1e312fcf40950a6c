package main

import (
	"fmt"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// formatVersion is the one that Terraform 1.x and OpenTofu print.
const formatVersion = "1.0"

func document(
	address string,
	schemas *tfprotov6.GetProviderSchemaResponse,
	identities *tfprotov6.GetResourceIdentitySchemasResponse,
) (*tfjson.ProviderSchemas, error) {
	var (
		out tfjson.ProviderSchema
		err error
	)
	if out.ConfigSchema, err = schema(schemas.Provider); err != nil {
		return nil, fmt.Errorf("provider block: %w", err)
	}
	if out.ResourceSchemas, err = each("resource", schemas.ResourceSchemas, schema); err != nil {
		return nil, err
	}
	if out.DataSourceSchemas, err = each("data source", schemas.DataSourceSchemas, schema); err != nil {
		return nil, err
	}
	if out.EphemeralResourceSchemas, err = each("ephemeral resource", schemas.EphemeralResourceSchemas, schema); err != nil {
		return nil, err
	}
	if out.ListResourceSchemas, err = each("list resource", schemas.ListResourceSchemas, schema); err != nil {
		return nil, err
	}
	if out.StateStoreSchemas, err = each("state store", schemas.StateStoreSchemas, schema); err != nil {
		return nil, err
	}
	if out.ActionSchemas, err = each("action", schemas.ActionSchemas, action); err != nil {
		return nil, err
	}
	if out.Functions, err = each("function", schemas.Functions, function); err != nil {
		return nil, err
	}
	if out.ResourceIdentitySchemas, err = each("identity", identities.IdentitySchemas, identity); err != nil {
		return nil, err
	}
	return &tfjson.ProviderSchemas{
		FormatVersion: formatVersion,
		Schemas:       map[string]*tfjson.ProviderSchema{address: &out},
	}, nil
}

// each converts all members of a kind. An error names the kind and the member.
func each[From, To any](kind string, in map[string]From, convert func(From) (To, error)) (map[string]To, error) {
	out := make(map[string]To, len(in))
	for name, from := range in {
		to, err := convert(from)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", kind, name, err)
		}
		out[name] = to
	}
	return out, nil
}

func schema(in *tfprotov6.Schema) (*tfjson.Schema, error) {
	if in == nil {
		return nil, nil
	}
	b, err := block(in.Block)
	if err != nil {
		return nil, err
	}
	return &tfjson.Schema{Version: uint64(in.Version), Block: b}, nil
}

func action(in *tfprotov6.ActionSchema) (*tfjson.ActionSchema, error) {
	b, err := block(in.Schema.Block)
	if err != nil {
		return nil, err
	}
	return &tfjson.ActionSchema{Block: b}, nil
}

func identity(in *tfprotov6.ResourceIdentitySchema) (*tfjson.IdentitySchema, error) {
	out := &tfjson.IdentitySchema{
		Version:    uint64(in.Version),
		Attributes: make(map[string]*tfjson.IdentityAttribute, len(in.IdentityAttributes)),
	}
	for _, a := range in.IdentityAttributes {
		t, err := ctyType(a.Type)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.Name, err)
		}
		out.Attributes[a.Name] = &tfjson.IdentityAttribute{
			IdentityType:      t,
			Description:       a.Description,
			RequiredForImport: a.RequiredForImport,
			OptionalForImport: a.OptionalForImport,
		}
	}
	return out, nil
}

func function(in *tfprotov6.Function) (*tfjson.FunctionSignature, error) {
	result, err := ctyType(in.Return.Type)
	if err != nil {
		return nil, fmt.Errorf("return: %w", err)
	}
	out := &tfjson.FunctionSignature{
		Description:        in.Description,
		Summary:            in.Summary,
		DeprecationMessage: in.DeprecationMessage,
		ReturnType:         result,
	}
	for _, p := range in.Parameters {
		converted, err := parameter(p)
		if err != nil {
			return nil, err
		}
		out.Parameters = append(out.Parameters, converted)
	}
	if in.VariadicParameter != nil {
		if out.VariadicParameter, err = parameter(in.VariadicParameter); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func parameter(in *tfprotov6.FunctionParameter) (*tfjson.FunctionParameter, error) {
	t, err := ctyType(in.Type)
	if err != nil {
		return nil, fmt.Errorf("parameter %s: %w", in.Name, err)
	}
	return &tfjson.FunctionParameter{
		Name:        in.Name,
		Description: in.Description,
		IsNullable:  in.AllowNullValue,
		Type:        t,
	}, nil
}
