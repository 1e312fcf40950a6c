package provider

import (
	"bytes"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

var anObject = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
	"text": tftypes.String, "flag": tftypes.Bool, "number": tftypes.Number,
	"texts": tftypes.List{ElementType: tftypes.String}, "numbers": tftypes.Map{ElementType: tftypes.Number},
	"parts": tftypes.Set{ElementType: tftypes.Object{AttributeTypes: map[string]tftypes.Type{"a": tftypes.String, "b": tftypes.Bool}}},
}}

// What is encoded directly is, byte by byte, what the framework makes of it. The rest is left to the framework.
func FuzzEncodeJSON(f *testing.F) {
	for _, seed := range []string{
		`null`, `{}`, `{"text":"a\u00e9\n","flag":true,"number":12,"texts":["a","","b"],"parts":[{"a":"x"}]}`, `{"other":[1,{"a":null}],"text":""}`,
		`{"number":0.1}`, `{"number":0.5}`, `{"number":-0}`, `{"number":1e400}`, `{"number":123456789012345678901234567890}`, `{"number":1E2}`,
		`{"number":"1"}`, `{"flag":"true"}`, `{"flag":1}`, `{"text":1}`, `{"texts":{}}`, `{"texts":null}`, `{"texts":[null]}`, `{"numbers":{"a":1}}`,
		`{"text":"a","text":"b"}`, `{"text":"a"} {}`, `[]`, ` {"text" : "a" } `, `{"text":"\ud800"}`, "{\"text\":\"\xff\"}", `{"parts":[{"b":false,"c":1}]}`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, encoded []byte) {
		got, err := encodeJSON(encoded, anObject)
		if err != nil || len(encoded) == 0 || strings.Count(string(encoded), "numbers") > 0 && bytes.Count(encoded, []byte(":")) > 2 {
			t.Skip("left to the framework, or a map, whose order the framework does not fix")
		}
		options := tfprotov6.UnmarshalOpts{ValueFromJSONOpts: tftypes.ValueFromJSONOpts{IgnoreUndefinedAttributes: true}}
		value, err := tfprotov6.RawState{JSON: encoded}.UnmarshalWithOpts(anObject, options)
		if err != nil {
			t.Fatalf("%s became %x, but the framework refuses it: %v", encoded, got, err)
		}
		want, err := tfprotov6.NewDynamicValue(anObject, value)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want.MsgPack) {
			t.Errorf("%s became %x, the framework makes %x of it", encoded, got, want.MsgPack)
		}
	})
}

func TestEncodeJSONLeavesOddValues(t *testing.T) {
	t.Parallel()
	for _, odd := range []string{`{"number":"1"}`, `{"flag":"true"}`, `{"flag":1}`, `{"text":1}`, `{"text":true}`, `{"texts":{}}`, `[]`, `{"text":"a"} {}`, `{`} {
		if got, err := encodeJSON([]byte(odd), anObject); err == nil {
			t.Errorf("%s became %x", odd, got)
		}
	}
}
