package provider_test

import (
	"testing"

	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// parsedExample are the blocks of an example.
func parsedExample(t *testing.T, file ...string) []*hclsyntax.Block {
	t.Helper()
	parsed, diags := hclparse.NewParser().ParseHCL([]byte(example(t, file...)), file[len(file)-1])
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	body, ok := parsed.Body.(*hclsyntax.Body)
	if !ok || len(body.Blocks) == 0 {
		t.Fatalf("%v has no blocks", file)
	}
	return body.Blocks
}

// plainValue is the value of an expression that refers to nothing.
func plainValue(t *testing.T, expression hclsyntax.Expression) any {
	t.Helper()
	value, diags := expression.Value(nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return goValue(t, value)
}

func goValue(t *testing.T, value cty.Value) any {
	t.Helper()
	switch {
	case value.Type() == cty.String:
		return value.AsString()
	case value.Type() == cty.Number:
		number, _ := value.AsBigFloat().Float64()
		return number
	case value.Type() == cty.Bool:
		return value.True()
	case value.Type().IsObjectType():
		out := map[string]any{}
		for name, part := range value.AsValueMap() {
			out[name] = goValue(t, part)
		}
		return out
	}
	t.Fatalf("%#v is neither text, number, bool nor object", value)
	return nil
}
