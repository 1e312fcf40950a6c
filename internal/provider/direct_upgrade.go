package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math/big"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/vmihailenco/msgpack/v5"
)

// UpgradeResourceState implements tfprotov6.ResourceServer. Terraform asks for it with every state, also with one of the current version, which
// only changes its encoding.
//
// https://github.com/hashicorp/terraform-plugin-framework/blob/v1.19.0/internal/fwserver/server_upgraderesourcestate.go
func (s *directServer) UpgradeResourceState(
	ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	if req.RawState != nil && len(req.RawState.JSON) > 0 {
		if d := s.resourceType(ctx, req.TypeName); d != nil && d.schema.Version == req.Version {
			if state, err := encodeJSON(req.RawState.JSON, d.object); err == nil {
				return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &tfprotov6.DynamicValue{MsgPack: state}}, nil
			}
		}
	}
	return s.fullServer.UpgradeResourceState(ctx, req)
}

// errOddJSON is that of a value whose conversion is left to the framework, such as a number that is written as a text.
var errOddJSON = errors.New("the value is not written as its type is")

// encodeJSON encodes a state of a type as Terraform expects it. What the type does not have is left out, and what the JSON lacks is null.
func encodeJSON(encoded []byte, typ tftypes.Type) ([]byte, error) {
	var out bytes.Buffer
	err := encodeValue(msgpack.NewEncoder(&out), encoded, typ)
	return out.Bytes(), err
}

func encodeValue(out *msgpack.Encoder, raw json.RawMessage, typ tftypes.Type) error {
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return out.EncodeNil()
	}
	switch typ := typ.(type) {
	case tftypes.Object:
		return encodeMembers(out, raw, slices.Sorted(maps.Keys(typ.AttributeTypes)), func(name string) tftypes.Type { return typ.AttributeTypes[name] })
	case tftypes.Map:
		return encodeMembers(out, raw, nil, func(string) tftypes.Type { return typ.ElementType })
	case tftypes.List:
		return encodeElements(out, raw, typ.ElementType)
	case tftypes.Set:
		return encodeElements(out, raw, typ.ElementType)
	}
	switch {
	case typ.Is(tftypes.String) && raw[0] == '"':
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return err
		}
		return out.EncodeString(text)
	case typ.Is(tftypes.Bool) && (raw[0] == 't' || raw[0] == 'f'):
		return out.EncodeBool(raw[0] == 't')
	case typ.Is(tftypes.Number) && raw[0] != '"':
		return encodeNumber(out, string(raw))
	}
	return errOddJSON
}

// encodeMembers encodes the members with some names, or all of them without names.
func encodeMembers(out *msgpack.Encoder, raw json.RawMessage, names []string, typeOf func(name string) tftypes.Type) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return err
	}
	if names == nil {
		names = slices.Sorted(maps.Keys(members))
	}
	if err := out.EncodeMapLen(len(names)); err != nil {
		return err
	}
	for _, name := range names {
		if err := out.EncodeString(name); err != nil {
			return err
		}
		if err := encodeValue(out, members[name], typeOf(name)); err != nil {
			return err
		}
	}
	return nil
}

func encodeElements(out *msgpack.Encoder, raw json.RawMessage, typ tftypes.Type) error {
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		return err
	}
	if err := out.EncodeArrayLen(len(elements)); err != nil {
		return err
	}
	for _, element := range elements {
		if err := encodeValue(out, element, typ); err != nil {
			return err
		}
	}
	return nil
}

// encodeNumber encodes a number with the precision of Terraform: as an integer or a float where it is exactly that, else as a text.
func encodeNumber(out *msgpack.Encoder, digits string) error {
	number, _, err := big.ParseFloat(digits, 10, 512, big.ToNearestEven)
	if err != nil {
		return err
	}
	if whole, accuracy := number.Int64(); accuracy == big.Exact {
		return out.EncodeInt(whole)
	}
	if float, accuracy := number.Float64(); accuracy == big.Exact && !number.IsInt() {
		return out.EncodeFloat64(float)
	}
	return out.EncodeString(number.Text('f', -1))
}
