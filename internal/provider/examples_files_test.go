package provider_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

var (
	modelFile  = regexp.MustCompile(`[\w.-]+\.(onnx|gguf|tflite)"`)
	protecting = regexp.MustCompile(`(deletion_protection\s*=) true`)
)

// withFiles creates the artifacts that an example refers to, in a temporary folder.
func withFiles(t *testing.T, config string) string {
	t.Helper()
	const module = "${path.module}"
	if !strings.Contains(config, module) {
		return config
	}
	folder := t.TempDir()
	for _, name := range modelFile.FindAllString(config, -1) {
		name = strings.TrimSuffix(name, `"`)
		if err := os.WriteFile(filepath.Join(folder, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return strings.ReplaceAll(config, module, filepath.ToSlash(folder))
}

// unprotected returns the configuration without deletion protection.
func unprotected(config string) string { return protecting.ReplaceAllString(config, "$1 false") }

func example(t *testing.T, parts ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(examples, filepath.Join(parts...)))
	if err != nil {
		t.Fatal(err)
	}
	return "\n" + withFiles(t, string(content))
}

// parsedExample returns the blocks of an example.
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

// plainValue returns the value of an expression without references.
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

// exampleFolder returns a folder of the examples, and removes main.tf from dir to make room for it.
func exampleFolder(t *testing.T, dir, name string) fs.FS {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, "main.tf")); err != nil {
		t.Fatal(err)
	}
	return os.DirFS(filepath.Join(examples, name))
}
