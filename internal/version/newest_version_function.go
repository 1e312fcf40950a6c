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

// newestVersion is newest_version.
type newestVersion struct{}

func (newestVersion) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "newest_version"
}

func (newestVersion) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Finds the newest version that a constraint allows.",
		MarkdownDescription: "Finds the newest version in a list that satisfies a constraint in the syntax of Terraform's " +
			"`version` arguments, such as `~> 1.4` or `>= 1.2, < 2.0`. Prereleases count only if the constraint " +
			"names one. Elements that are not versions are ignored; a null element is an error. It is an error if no version satisfies the " +
			"constraint, because a pin without a version would deploy nothing.",
		Parameters: []function.Parameter{
			function.ListParameter{
				Name: "versions", ElementType: types.StringType,
				MarkdownDescription: "Versions to choose from, such as `data.octomil_model_versions.phi.versions[*].version`.",
			},
			function.StringParameter{Name: "constraint", MarkdownDescription: "Version constraint, such as `~> 1.4`."},
		},
		Return: function.StringReturn{},
	}
}

func (newestVersion) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var elements []types.String
	var constraint string
	if resp.Error = req.Arguments.Get(ctx, &elements, &constraint); resp.Error != nil {
		return
	}
	versions := make([]string, len(elements))
	for i, element := range elements {
		if element.IsNull() {
			resp.Error = function.NewArgumentFuncError(0, fmt.Sprintf("element %d of the list is null. Remove null elements, for example with compact(…)", i))
			return
		}
		versions[i] = element.ValueString()
	}
	allowed, err := goversion.NewConstraint(constraint)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, fmt.Sprintf("%q is not a version constraint. Use one such as \"~> 1.4\" or \">= 1.2, < 2.0\"", constraint))
		return
	}
	newest := ""
	for _, candidate := range versions {
		parsed, err := goversion.NewVersion(candidate)
		// go-version lets prereleases pass some constraints without one, such as "!= 2.0.0".
		if err != nil || !allowed.Check(parsed) || parsed.Prerelease() != "" && !slices.ContainsFunc(allowed, (*goversion.Constraint).Prerelease) {
			continue
		}
		if order, ok := control.CompareVersions(candidate, newest); newest == "" || ok && order > 0 {
			newest = candidate
		}
	}
	if newest == "" {
		resp.Error = function.NewArgumentFuncError(1, fmt.Sprintf("no version satisfies %q; %s", constraint, listVersions(versions)))
		return
	}
	resp.Error = resp.Result.Set(ctx, newest)
}

// maxListed is how many versions an error names.
const maxListed = 10

func listVersions(versions []string) string {
	if len(versions) == 0 {
		return "the list is empty"
	}
	text := "the versions are " + strings.Join(versions[:min(len(versions), maxListed)], ", ")
	if more := len(versions) - maxListed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
