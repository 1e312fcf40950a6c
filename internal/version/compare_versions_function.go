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
		Summary: "Which of two versions precedes the other",
		MarkdownDescription: "Compares two versions in the order of semantic versions, the one by which `octomil_model_deployment` tells a rollback from a " +
			"deployment: `-1` where `a` precedes `b`, `1` where it follows, `0` where they are equal in that order. A prerelease precedes its " +
			"release, a `v` before a version and build metadata after it mean nothing.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "a", MarkdownDescription: "A version, such as `1.4.0`."},
			function.StringParameter{Name: "b", MarkdownDescription: "The version to compare it with."},
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
			resp.Error = function.NewArgumentFuncError(int64(i), fmt.Sprintf("%q is no version: write one such as 1.4.0", version))
			return
		}
	}
	order, _ := control.CompareVersions(versions[0], versions[1])
	resp.Error = resp.Result.Set(ctx, int64(order))
}
