package observation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The server defines the configuration of a metrics integration, so it is a value of any type here. Its JSON consists of strings,
// bools, json.Number, objects and lists.

// toJSON maps a value to JSON. Null members of objects are omitted.
func toJSON(value attr.Value) any {
	if value == nil || value.IsNull() || value.IsUnknown() {
		return nil
	}
	switch v := value.(type) {
	case types.Dynamic:
		return toJSON(v.UnderlyingValue())
	case types.String:
		return v.ValueString()
	case types.Bool:
		return v.ValueBool()
	case types.Number:
		return jsonNumber(v.ValueBigFloat())
	case types.Object, types.Map:
		object := map[string]any{}
		for name, member := range objectMembers(v) {
			if known := toJSON(member); known != nil {
				object[name] = known
			}
		}
		return object
	case interface{ Elements() []attr.Value }:
		list := make([]any, len(v.Elements()))
		for i, element := range v.Elements() {
			list[i] = toJSON(element)
		}
		return list
	}
	return nil
}

func jsonNumber(n *big.Float) json.Number {
	if n.IsInt() && n.MantExp(nil) <= maxBits {
		return json.Number(n.Text('f', 0))
	}
	return json.Number(n.Text('g', -1))
}

const (
	// maxLevels is how deep a configuration may be nested, maxBits the largest binary exponent of a number in it: some 400 decimal digits.
	maxLevels = 60
	maxBits   = 1330
)

// checkBounds fails on a configuration that would take too long to be written or compared: that is so of 20 bytes with a large exponent.
func checkBounds(value attr.Value, level int) error {
	if level > maxLevels {
		return fmt.Errorf("it is nested more than %d levels deep", maxLevels)
	}
	switch v := value.(type) {
	case types.Dynamic:
		return checkBounds(v.UnderlyingValue(), level)
	case types.Number:
		if n := v.ValueBigFloat(); n != nil && (n.IsInf() || n.MantExp(nil) > maxBits || n.MantExp(nil) < -maxBits) {
			return errors.New("a number has an exponent that is not between -400 and 400")
		}
	case types.Object, types.Map:
		for _, member := range objectMembers(v) {
			if err := checkBounds(member, level+1); err != nil {
				return err
			}
		}
	case interface{ Elements() []attr.Value }:
		for _, element := range v.Elements() {
			if err := checkBounds(element, level+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// precision is that of Terraform's numbers, in bits. With fewer bits, 0.1 would not equal the configured 0.1.
const precision = 512

// fromJSON is the inverse of toJSON.
func fromJSON(ctx context.Context, in any) attr.Value {
	switch v := in.(type) {
	case string:
		return types.StringValue(v)
	case bool:
		return types.BoolValue(v)
	case json.Number:
		n, _, err := big.ParseFloat(v.String(), 10, precision, big.ToNearestEven)
		if err != nil {
			return types.StringValue(v.String())
		}
		return types.NumberValue(n)
	case map[string]any:
		attributeTypes, values := map[string]attr.Type{}, map[string]attr.Value{}
		for name, member := range v {
			if member != nil {
				values[name] = fromJSON(ctx, member)
				attributeTypes[name] = values[name].Type(ctx)
			}
		}
		return types.ObjectValueMust(attributeTypes, values)
	case []any:
		attributeTypes, values := make([]attr.Type, len(v)), make([]attr.Value, len(v))
		for i, element := range v {
			values[i] = fromJSON(ctx, element)
			attributeTypes[i] = values[i].Type(ctx)
		}
		return types.TupleValueMust(attributeTypes, values)
	}
	return types.DynamicNull()
}

// contains reports whether the server's value equals the wanted one. Objects may have more members, which are the server's own.
func contains(have, want any) bool {
	switch w := want.(type) {
	case map[string]any:
		h, ok := have.(map[string]any)
		for name, member := range w {
			ok = ok && contains(h[name], member)
		}
		return ok
	case []any:
		h, ok := have.([]any)
		return ok && slices.EqualFunc(h, w, contains)
	case json.Number:
		h, ok := have.(json.Number)
		return ok && sameNumber(h, w)
	}
	return have == want
}

func sameNumber(a, b json.Number) bool {
	x, errX := a.Float64()
	y, errY := b.Float64()
	return errX == nil && errY == nil && x == y
}

// managedPart returns the part of the server's value that is configured.
func managedPart(have, want any) any {
	h, isObject := have.(map[string]any)
	w, wantsObject := want.(map[string]any)
	if !isObject || !wantsObject {
		return have
	}
	part := map[string]any{}
	for name, member := range h {
		if wanted, ok := w[name]; ok {
			part[name] = managedPart(member, wanted)
		}
	}
	return part
}

// credentialName matches the keys whose values are secrets and must not be stored in the state.
var credentialName = regexp.MustCompile(`(?i)(api|app|access|auth|private|secret|license)[_-]?key$|` +
	`(token|secret|password|passwd|passphrase|authorization|credentials?)$|^(headers|auth|auth_config|cookie)$`)

// withoutCredentials removes secrets from a configuration, in case the server returns them.
func withoutCredentials(config map[string]any) map[string]any {
	shown := map[string]any{}
	for name, value := range config {
		if nested, ok := value.(map[string]any); ok {
			value = withoutCredentials(nested)
		}
		if !credentialName.MatchString(name) {
			shown[name] = value
		}
	}
	return shown
}

// credentialsIn returns the keys of an object whose values are secrets, including unknown values.
func credentialsIn(value attr.Value) []string {
	members := objectMembers(value)
	var found []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if credentialName.MatchString(name) && !members[name].IsNull() {
			found = append(found, name)
			continue
		}
		found = append(found, credentialsIn(members[name])...)
	}
	return found
}

// objectMembers returns the members of an object or map, nil for any other value.
func objectMembers(value attr.Value) map[string]attr.Value {
	switch v := value.(type) {
	case types.Dynamic:
		return objectMembers(v.UnderlyingValue())
	case types.Object:
		return v.Attributes()
	case types.Map:
		return v.Elements()
	}
	return nil
}
