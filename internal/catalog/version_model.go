package catalog

import (
	"cmp"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// versionModel is the state of octomil_model_version.
type versionModel struct {
	ModelID     types.String   `tfsdk:"model_id"`
	Version     types.String   `tfsdk:"version"`
	Source      types.String   `tfsdk:"source"`
	HuggingFace types.Object   `tfsdk:"huggingface"`
	StoragePath types.String   `tfsdk:"storage_path"`
	Checksum    types.String   `tfsdk:"checksum"`
	SizeBytes   types.Int64    `tfsdk:"size_bytes"`
	Format      types.String   `tfsdk:"format"`
	Description types.String   `tfsdk:"description"`
	Metrics     types.Map      `tfsdk:"metrics"`
	Published   types.Bool     `tfsdk:"published"`
	Deprecated  types.Bool     `tfsdk:"deprecated"`
	OnDestroy   types.String   `tfsdk:"on_destroy"`
	Status      types.String   `tfsdk:"status"`
	CreatedAt   types.String   `tfsdk:"created_at"`
	Timeouts    timeouts.Value `tfsdk:"timeouts"`
}

// registration returns what a create sends if the artifact is already in the storage.
func (m *versionModel) registration() control.NewVersion {
	return control.NewVersion{
		Version: m.Version.ValueString(), StoragePath: m.StoragePath.ValueString(), Format: m.Format.ValueString(),
		Checksum: m.Checksum.ValueString(), SizeBytes: m.SizeBytes.ValueInt64(),
		Description: resourcekit.StringPointer(m.Description), Metrics: metricsToAPI(m.Metrics),
	}
}

func (m *versionModel) upload() control.Upload {
	return control.Upload{
		Version: m.Version.ValueString(), Description: m.Description.ValueString(),
		File: m.Source.ValueString(), Checksum: m.Checksum.ValueString(),
	}
}

// metricsToAPI returns the known metrics, nil if none are configured.
func metricsToAPI(metrics types.Map) map[string]float64 {
	if !resourcekit.Known(metrics) {
		return nil
	}
	numbers := map[string]float64{}
	for name, element := range metrics.Elements() {
		if number, ok := element.(types.Float64); ok && resourcekit.Known(number) {
			numbers[name] = number.ValueFloat64()
		}
	}
	return numbers
}

// missingMetrics returns the configured metrics that differ on the server.
func (m *versionModel) missingMetrics(current control.Version) map[string]float64 {
	missing := metricsToAPI(m.Metrics)
	maps.DeleteFunc(missing, func(name string, value float64) bool {
		got, ok := current.Metrics[name]
		return ok && got == value
	})
	return missing
}

// fromAPI sets the model from the server's version. Omitted values keep what the model has.
func (m *versionModel) fromAPI(v control.Version, diags *diag.Diagnostics) {
	if !resourcekit.Known(m.ModelID) {
		m.ModelID = types.StringValue(v.ModelID)
	}
	m.Version = types.StringValue(v.Version)
	m.StoragePath = resourcekit.StringOrNull(cmp.Or(v.StoragePath, m.StoragePath.ValueString()))
	m.Format = resourcekit.StringOrNull(cmp.Or(v.Format, m.Format.ValueString()))
	m.CreatedAt = resourcekit.StringOrNull(cmp.Or(v.CreatedAt, m.CreatedAt.ValueString()))
	m.Description = resourcekit.OptionalString(&v.Description, m.Description)
	m.Checksum = checksumFromAPI(v.Checksum, m.Checksum)
	if v.SizeBytes != 0 || !resourcekit.Known(m.SizeBytes) {
		m.SizeBytes = sizeOrNull(v.SizeBytes)
	}
	m.Metrics = metricsFromAPI(v.Metrics, m.Metrics, diags)
	if v.Status != "" || m.Status.IsUnknown() {
		m.Status = resourcekit.StringOrNull(v.Status)
		m.Published, m.Deprecated = types.BoolValue(v.Published()), types.BoolValue(v.Deprecated())
	}
	if m.OnDestroy.IsNull() {
		m.OnDestroy = types.StringValue(onDestroyDelete)
	}
}

// checksumFromAPI keeps prior if the server's checksum equals it or has another algorithm.
func checksumFromAPI(checksum string, prior types.String) types.String {
	known := prior.ValueString()
	sameKind := control.HashesLikeSHA256(checksum) || !control.HashesLikeSHA256(known)
	if resourcekit.Known(prior) && (checksum == "" || !sameKind || control.SameChecksum(checksum, known)) {
		return prior
	}
	return resourcekit.StringOrNull(checksum)
}

// metricsFromAPI keeps the managed metrics only, since others may write metrics, too; an import gets all. An unchanged number keeps
// its configured digits.
func metricsFromAPI(current map[string]float64, prior types.Map, diags *diag.Diagnostics) types.Map {
	if !resourcekit.Known(prior) && len(current) == 0 {
		return types.MapNull(types.Float64Type)
	}
	shown := map[string]attr.Value{}
	for name, value := range current {
		configured, managed := prior.Elements()[name]
		number, _ := configured.(types.Float64)
		switch {
		case managed && resourcekit.Known(number) && number.ValueFloat64() == value:
			shown[name] = number
		case managed || !resourcekit.Known(prior):
			shown[name] = types.Float64Value(value)
		}
	}
	metrics, d := types.MapValue(types.Float64Type, shown)
	diags.Append(d...)
	return metrics
}
