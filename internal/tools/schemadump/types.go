package main

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

// ctyType converts a type to the form that encodes to the JSON of a schema.
func ctyType(in tftypes.Type) (cty.Type, error) {
	switch t := in.(type) {
	case tftypes.List:
		return wrap(cty.List, t.ElementType)
	case tftypes.Set:
		return wrap(cty.Set, t.ElementType)
	case tftypes.Map:
		return wrap(cty.Map, t.ElementType)
	case tftypes.Tuple:
		elements := make([]cty.Type, len(t.ElementTypes))
		for i, element := range t.ElementTypes {
			converted, err := ctyType(element)
			if err != nil {
				return cty.NilType, err
			}
			elements[i] = converted
		}
		return cty.Tuple(elements), nil
	case tftypes.Object:
		return object(t)
	}
	switch {
	case in == nil:
		return cty.NilType, fmt.Errorf("no type")
	case in.Is(tftypes.String):
		return cty.String, nil
	case in.Is(tftypes.Number):
		return cty.Number, nil
	case in.Is(tftypes.Bool):
		return cty.Bool, nil
	case in.Is(tftypes.DynamicPseudoType):
		return cty.DynamicPseudoType, nil
	}
	return cty.NilType, fmt.Errorf("unknown type %s", in)
}

func wrap(collection func(cty.Type) cty.Type, element tftypes.Type) (cty.Type, error) {
	converted, err := ctyType(element)
	if err != nil {
		return cty.NilType, err
	}
	return collection(converted), nil
}

func object(in tftypes.Object) (cty.Type, error) {
	fields := make(map[string]cty.Type, len(in.AttributeTypes))
	for name, field := range in.AttributeTypes {
		converted, err := ctyType(field)
		if err != nil {
			return cty.NilType, fmt.Errorf("%s: %w", name, err)
		}
		fields[name] = converted
	}
	optional := make([]string, 0, len(in.OptionalAttributes))
	for name := range in.OptionalAttributes {
		optional = append(optional, name)
	}
	return cty.ObjectWithOptionalAttrs(fields, optional), nil
}
