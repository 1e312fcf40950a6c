package catalog

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// versionsModel is the state of octomil_model_versions.
type versionsModel struct {
	Model    types.String `tfsdk:"model"`
	Status   types.String `tfsdk:"status"`
	ModelID  types.String `tfsdk:"model_id"`
	Versions types.List   `tfsdk:"versions"`
}

// listedVersion is one element of the list.
type listedVersion struct {
	Version     types.String `tfsdk:"version"`
	Status      types.String `tfsdk:"status"`
	Format      types.String `tfsdk:"format"`
	Description types.String `tfsdk:"description"`
	SizeBytes   types.Int64  `tfsdk:"size_bytes"`
	CreatedAt   types.String `tfsdk:"created_at"`
	Deployed    types.Bool   `tfsdk:"deployed"`
}

var listedVersionType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"version":     types.StringType,
	"status":      types.StringType,
	"format":      types.StringType,
	"description": types.StringType,
	"size_bytes":  types.Int64Type,
	"created_at":  types.StringType,
	"deployed":    types.BoolType,
}}

// versionsFromAPI maps the versions in the server's order. A model without versions has an empty list, never null.
func versionsFromAPI(ctx context.Context, versions []control.Version, deployed []string, diags *diag.Diagnostics) types.List {
	elements := make([]listedVersion, len(versions))
	for i, v := range versions {
		elements[i] = listedVersionFromAPI(v, slices.Contains(deployed, v.Version))
	}
	list, d := types.ListValueFrom(ctx, listedVersionType, elements)
	diags.Append(d...)
	return list
}

func listedVersionFromAPI(v control.Version, deployed bool) listedVersion {
	return listedVersion{
		Version:     types.StringValue(v.Version),
		Status:      resourcekit.StringOrNull(v.Status),
		Format:      resourcekit.StringOrNull(v.Format),
		Description: resourcekit.StringOrNull(v.Description),
		SizeBytes:   sizeOrNull(v.SizeBytes),
		CreatedAt:   resourcekit.StringOrNull(v.CreatedAt),
		Deployed:    types.BoolValue(deployed),
	}
}

// sizeOrNull maps 0, a size that the server does not return, to null.
func sizeOrNull(bytes int64) types.Int64 {
	if bytes == 0 {
		return types.Int64Null()
	}
	return types.Int64Value(bytes)
}
