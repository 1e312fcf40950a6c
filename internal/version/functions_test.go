package version

import (
	"context"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// run calls a function as Terraform does and answers its result, or the error's text and the argument that it is about.
func run(t *testing.T, f function.Function, arguments ...attr.Value) (result attr.Value, wrong string, argument int64) {
	t.Helper()
	var d function.DefinitionResponse
	f.Definition(t.Context(), function.DefinitionRequest{}, &d)
	empty, funcErr := d.Definition.Return.NewResultData(t.Context())
	if funcErr != nil {
		t.Fatal(funcErr)
	}
	resp := function.RunResponse{Result: empty}
	f.Run(t.Context(), function.RunRequest{Arguments: function.NewArgumentsData(arguments)}, &resp)
	if resp.Error != nil {
		return nil, resp.Error.Text, *resp.Error.FunctionArgument
	}
	return resp.Result.Value(), "", -1
}

func words(versions ...string) attr.Value {
	list, _ := types.ListValueFrom(context.Background(), types.StringType, versions)
	return list
}

func TestNewestVersion(t *testing.T) {
	t.Parallel()
	some := []string{"1.0.0", "1.10.0", "1.9.3", "2.0.0", "2.1.0-beta.1", "nightly", "1.10.0-rc.1"}
	for constraint, want := range map[string]string{
		"~> 1.0": "1.10.0", "~> 1.9.0": "1.9.3", ">= 1.0, < 1.10": "1.9.3", "> 1.0": "2.0.0", "= 1.0.0": "1.0.0", "!= 2.0.0": "1.10.0",
		">= 2.1.0-alpha": "2.1.0-beta.1", "1.9.3": "1.9.3", "~> 1.10.0-rc.1": "1.10.0-rc.1",
	} {
		got, wrong, _ := run(t, newest{}, words(some...), types.StringValue(constraint))
		if wrong != "" || !got.Equal(types.StringValue(want)) {
			t.Errorf("the newest of %v that fits %q is %v (%s), want %s", some, constraint, got, wrong, want)
		}
	}
	for _, test := range []struct {
		versions   []string
		constraint string
		want       string
	}{
		{some, "~> 3.0", `none of the versions fits "~> 3.0": there are 1.0.0, 1.10.0`},
		{nil, "~> 3.0", "there are none at all"},
		{strings.Split(strings.Repeat("1.0.0 ", 12), " ")[:12], "> 1", "and 2 more"},
		{some, "one", `"one" is no version constraint`},
		{some, "", "is no version constraint"},
	} {
		if _, wrong, argument := run(t, newest{}, words(test.versions...), types.StringValue(test.constraint)); !strings.Contains(wrong, test.want) || argument != 1 {
			t.Errorf("the newest of %v that fits %q: %q of argument %d, want %q of 1", test.versions, test.constraint, wrong, argument, test.want)
		}
	}
}

func TestCompareVersions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want int64
	}{
		{"1.0.0", "1.0.0", 0}, {"1.9.0", "1.10.0", -1}, {"2.0.0", "1.10.0", 1}, {"v1.0.0", "1.0.0", 0}, {"1.0.0-rc.1", "1.0.0", -1},
		{"1.0.0+a", "1.0.0+b", 0}, {"1.0.0-alpha", "1.0.0-alpha.beta", -1}, {"1.2", "1.2.0", 0}, {"1.2.3.4", "1.2.3.5", -1},
	} {
		got, wrong, _ := run(t, compare{}, types.StringValue(test.a), types.StringValue(test.b))
		if wrong != "" || !got.Equal(types.Int64Value(test.want)) {
			t.Errorf("%s against %s is %v (%s), want %d", test.a, test.b, got, wrong, test.want)
		}
	}
	for i, arguments := range [][2]string{{"nightly", "1.0.0"}, {"1.0.0", ""}} {
		_, wrong, argument := run(t, compare{}, types.StringValue(arguments[0]), types.StringValue(arguments[1]))
		if !strings.Contains(wrong, "is no version") || argument != int64(i) {
			t.Errorf("%v: %q of argument %d", arguments, wrong, argument)
		}
	}
}
