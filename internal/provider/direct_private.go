package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// privateState is the private state of a resource. Its type belongs to the framework, which gives it no name outside and no way to list its
// keys. An empty one can be made by its type, and filled.
type privateState struct {
	// data is a *privatestate.ProviderData.
	data reflect.Value
}

// privateType is *privatestate.ProviderData.
var privateType = reflect.TypeFor[resource.ModifyPlanRequest]().Field(fieldIndex[resource.ModifyPlanRequest]("Private")).Type

// privateField is the field of ProviderData with the values by key, nil if it has another form than that of version 1.19 of the framework.
var privateField = findPrivateField()

func fieldIndex[T any](name string) int {
	field, _ := reflect.TypeFor[T]().FieldByName(name)
	return field.Index[0]
}

func findPrivateField() []int {
	field, ok := privateType.Elem().FieldByName("data")
	if !ok || field.Type != reflect.TypeFor[map[string][]byte]() {
		return nil
	}
	return field.Index
}

// decodePrivate decodes private state as the framework does. It is false of one that has something for the framework itself, or that the
// framework complains about.
func decodePrivate(ctx context.Context, encoded []byte) (*privateState, bool) {
	p := &privateState{data: reflect.New(privateType.Elem())}
	values := map[string][]byte{}
	if privateField == nil || len(encoded) > 0 && json.Unmarshal(encoded, &values) != nil {
		return nil, false
	}
	for key, value := range values {
		if strings.HasPrefix(key, ".") || p.state().SetKey(ctx, key, value).HasError() {
			return nil, false
		}
	}
	return p, true
}

func (p *privateState) state() resourcekit.PrivateState {
	state, _ := p.data.Interface().(resourcekit.PrivateState)
	return state
}

// give makes it the private state of a plan.
func (p *privateState) give(req *resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	reflect.ValueOf(req).Elem().FieldByName("Private").Set(p.data)
	reflect.ValueOf(resp).Elem().FieldByName("Private").Set(p.data)
}

// encode encodes private state as the framework does: without the keys that have no value, and as nothing without any key.
func (p *privateState) encode(ctx context.Context) ([]byte, error) {
	keys := p.data.Elem().FieldByIndex(privateField).MapKeys()
	values := make(map[string][]byte, len(keys))
	for _, key := range keys {
		value, d := p.state().GetKey(ctx, key.String())
		if d.HasError() {
			return nil, fmt.Errorf("%s: %s", d[0].Summary(), d[0].Detail())
		}
		if len(value) > 0 {
			values[key.String()] = value
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	return json.Marshal(values)
}
