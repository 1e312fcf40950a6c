package version

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// run calls a function as Terraform does and answers its result, or the error's text and the argument that it is about.
func run(t *testing.T, f function.Function, arguments ...attr.Value) (result attr.Value, message string, argument int64) {
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
