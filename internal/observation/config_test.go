package observation

import (
	"context"
	"encoding/json"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func object(members map[string]attr.Value) types.Object {
	kinds := map[string]attr.Type{}
	for name, member := range members {
		kinds[name] = member.Type(context.Background())
	}
	return types.ObjectValueMust(kinds, members)
}

func number(t *testing.T, text string) types.Number {
	t.Helper()
	n, _, err := big.ParseFloat(text, 10, 512, big.ToNearestEven)
	if err != nil {
		t.Fatal(err)
	}
	return types.NumberValue(n)
}

func TestToJSON(t *testing.T) {
	t.Parallel()
	value := object(map[string]attr.Value{
		"site": types.StringValue("eu"), "port": number(t, "8125"), "ratio": number(t, "0.1"), "huge": number(t, "12345678901234567890"),
		"tls": types.BoolValue(true), "none": types.StringNull(),
		"labels": types.MapValueMust(types.StringType, map[string]attr.Value{"env": types.StringValue("lab")}),
		"list":   types.TupleValueMust([]attr.Type{types.StringType, types.BoolType}, []attr.Value{types.StringValue("a"), types.BoolValue(false)}),
	})
	encoded, err := json.Marshal(toJSON(types.DynamicValue(value)))
	const want = `{"huge":12345678901234567890,"labels":{"env":"lab"},"list":["a",false],"port":8125,"ratio":0.1,"site":"eu","tls":true}`
	if err != nil || string(encoded) != want {
		t.Errorf("JSON is %s, %v", encoded, err)
	}
	if got := toJSON(types.DynamicNull()); got != nil {
		t.Errorf("null becomes %v, want nil", got)
	}
}

// A value from the server equals the same literal in a configuration, so that the plan after an import is empty.
func TestFromJSON(t *testing.T) {
	t.Parallel()
	got := fromJSON(t.Context(), map[string]any{
		"ratio": json.Number("0.1"), "port": json.Number("8125.0"), "gone": nil,
		"list": []any{"a", nil, true}, "nested": map[string]any{"site": "eu"},
	})
	want := object(map[string]attr.Value{
		"ratio": number(t, "0.1"), "port": number(t, "8125"),
		"list": types.TupleValueMust(
			[]attr.Type{types.StringType, types.DynamicType, types.BoolType},
			[]attr.Value{types.StringValue("a"), types.DynamicNull(), types.BoolValue(true)},
		),
		"nested": object(map[string]attr.Value{"site": types.StringValue("eu")}),
	})
	if !got.Equal(want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestContains(t *testing.T) {
	t.Parallel()
	n := func(text string) json.Number { return json.Number(text) }
	for name, tc := range map[string]struct {
		have, want any
		contains   bool
	}{
		"equal":             {map[string]any{"a": "x"}, map[string]any{"a": "x"}, true},
		"an extra key":      {map[string]any{"a": "x", "b": true}, map[string]any{"a": "x"}, true},
		"nested, equal":     {map[string]any{"a": map[string]any{"b": "x", "c": "y"}}, map[string]any{"a": map[string]any{"b": "x"}}, true},
		"different value":   {map[string]any{"a": "y"}, map[string]any{"a": "x"}, false},
		"nested, different": {map[string]any{"a": map[string]any{"b": "y"}}, map[string]any{"a": map[string]any{"b": "x"}}, false},
		"a missing key":     {map[string]any{}, map[string]any{"a": "x"}, false},
		"no object":         {"x", map[string]any{"a": "x"}, false},
		"a number":          {n("30.0"), n("30"), true},
		"different number":  {n("30.5"), n("30"), false},
		"a string":          {"30", n("30"), false},
		"a list":            {[]any{"a", n("1")}, []any{"a", n("1.0")}, true},
		"a longer list":     {[]any{"a", "b"}, []any{"a"}, false},
		"a bool":            {true, true, true},
	} {
		if got := contains(tc.have, tc.want); got != tc.contains {
			t.Errorf("%s: contains is %t", name, got)
		}
	}
}

func TestManagedPart(t *testing.T) {
	t.Parallel()
	have := map[string]any{"a": "y", "own": true, "n": map[string]any{"b": "z", "own": true}, "t": "text"}
	want := map[string]any{"a": "x", "gone": "x", "n": map[string]any{"b": "x"}, "t": map[string]any{"b": "x"}}
	if diff := cmp.Diff(map[string]any{"a": "y", "n": map[string]any{"b": "z"}, "t": "text"}, managedPart(have, want)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCredentialNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"api_key": true, "apiKey": true, "app-key": true, "access_key": true, "secret": true, "client_secret": true, "bearerToken": true, "token": true,
		"password": true, "Authorization": true, "headers": true, "auth_config": true, "credentials": true,
		"endpoint": false, "site": false, "keyspace": false, "tokens_per_second": false, "author": false, "monkey": false, "key_prefix": false,
	} {
		config := object(map[string]attr.Value{"outer": object(map[string]attr.Value{name: types.StringUnknown()})})
		if got := credentialsIn(types.DynamicValue(config)); (len(got) == 1) != want {
			t.Errorf("%s: credentialsIn returns %v", name, got)
		}
		shown := withoutCredentials(map[string]any{"outer": map[string]any{name: "x"}})
		if inner, _ := shown["outer"].(map[string]any); (len(inner) == 0) != want {
			t.Errorf("%s: withoutCredentials returns %v", name, shown)
		}
	}
}
