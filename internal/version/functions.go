// Package version is the functions about versions, for configurations.
package version

import (
	"context"
	"fmt"
	"slices"
	"strings"

	goversion "github.com/hashicorp/go-version"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// Functions are the provider's.
func Functions() []func() function.Function {
	return []func() function.Function{
		func() function.Function { return compare{} },
		func() function.Function { return newest{} },
	}
}

// compare is compare_versions.
type compare struct{}

func (compare) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "compare_versions"
}

func (compare) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
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

func (compare) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var words [2]string
	if resp.Error = req.Arguments.Get(ctx, &words[0], &words[1]); resp.Error != nil {
		return
	}
	for i, word := range words {
		if _, ok := control.CompareVersions(word, word); !ok {
			resp.Error = function.NewArgumentFuncError(int64(i), fmt.Sprintf("%q is no version: write one such as 1.4.0", word))
			return
		}
	}
	order, _ := control.CompareVersions(words[0], words[1])
	resp.Error = resp.Result.Set(ctx, int64(order))
}

// newest is newest_version.
type newest struct{}

func (newest) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "newest_version"
}

func (newest) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "The newest version that a constraint allows",
		MarkdownDescription: "Finds the newest of some versions that fits a constraint in the language of Terraform's own `version` arguments, such as " +
			"`~> 1.4`, `>= 1.2, < 2.0` or `1.x` written as `~> 1.0`. Prereleases count only where the constraint names one. Words that are no " +
			"versions are passed over. It is an error when none fits, since a pin without a version would deploy nothing.",
		Parameters: []function.Parameter{
			function.ListParameter{
				Name: "versions", ElementType: types.StringType,
				MarkdownDescription: "The versions to choose from, such as `data.octomil_model_versions.phi.versions[*].version`.",
			},
			function.StringParameter{Name: "constraint", MarkdownDescription: "What the version must fit, such as `~> 1.4`."},
		},
		Return: function.StringReturn{},
	}
}

func (newest) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var versions []string
	var constraint string
	if resp.Error = req.Arguments.Get(ctx, &versions, &constraint); resp.Error != nil {
		return
	}
	allowed, err := goversion.NewConstraint(constraint)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, fmt.Sprintf("%q is no version constraint: write one such as \"~> 1.4\" or \">= 1.2, < 2.0\"", constraint))
		return
	}
	best := ""
	for _, candidate := range versions {
		parsed, err := goversion.NewVersion(candidate)
		// go-version lets prereleases pass some constraints without one, such as "!= 2.0.0".
		if err != nil || !allowed.Check(parsed) || parsed.Prerelease() != "" && !slices.ContainsFunc(allowed, (*goversion.Constraint).Prerelease) {
			continue
		}
		if order, ok := control.CompareVersions(candidate, best); best == "" || ok && order > 0 {
			best = candidate
		}
	}
	if best == "" {
		resp.Error = function.NewArgumentFuncError(1, fmt.Sprintf("none of the versions fits %q: there are %s", constraint, named(versions)))
		return
	}
	resp.Error = resp.Result.Set(ctx, best)
}

// mostNamed is how many versions an error names.
const mostNamed = 10

func named(versions []string) string {
	if len(versions) == 0 {
		return "none at all"
	}
	text := strings.Join(versions[:min(len(versions), mostNamed)], ", ")
	if more := len(versions) - mostNamed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
