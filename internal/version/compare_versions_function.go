package version

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// compareVersions is compare_versions.
type compareVersions struct{}

func (compareVersions) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "compare_versions"
}

func (compareVersions) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Compares two versions.",
		MarkdownDescription: "Compares two versions in semantic version order: `-1` if `a` precedes `b`, `1` if it follows, `0` if " +
			"they are equal in that order. A prerelease precedes its release; a leading `v` and build metadata " +
			"are ignored. `octomil_model_deployment` uses this order only for versions that were not deployed: " +
			"what was deployed is older in the order of its deployment.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "a", MarkdownDescription: "Version, such as `1.4.0`."},
			function.StringParameter{Name: "b", MarkdownDescription: "Version to compare with."},
		},
		Return: function.Int64Return{},
	}
}

func (compareVersions) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var versions [2]string
	if resp.Error = req.Arguments.Get(ctx, &versions[0], &versions[1]); resp.Error != nil {
		return
	}
	for i, version := range versions {
		if _, ok := control.CompareVersions(version, version); !ok {
			resp.Error = function.NewArgumentFuncError(int64(i), fmt.Sprintf("%q is not a version. Use one such as 1.4.0", version))
			return
		}
	}
	order, _ := control.CompareVersions(versions[0], versions[1])
	resp.Error = resp.Result.Set(ctx, int64(order))
}
