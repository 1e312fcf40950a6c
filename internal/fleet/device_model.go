package fleet

import (
	"cmp"
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// deviceModel is the state of octomil_device.
type deviceModel struct {
	ID               types.String `tfsdk:"id"`
	OrgID            types.String `tfsdk:"org_id"`
	DeviceIdentifier types.String `tfsdk:"device_identifier"`
	Name             types.String `tfsdk:"name"`
	Labels           types.Map    `tfsdk:"labels"`
	Status           types.String `tfsdk:"status"`
	OnDestroy        types.String `tfsdk:"on_destroy"`
	Platform         types.String `tfsdk:"platform"`
	OSVersion        types.String `tfsdk:"os_version"`
	SDKVersion       types.String `tfsdk:"sdk_version"`
	AppVersion       types.String `tfsdk:"app_version"`
	Manufacturer     types.String `tfsdk:"manufacturer"`
	Model            types.String `tfsdk:"model"`
	GPUAvailable     types.Bool   `tfsdk:"gpu_available"`
	TotalMemoryMB    types.Int64  `tfsdk:"total_memory_mb"`
	Locale           types.String `tfsdk:"locale"`
	Region           types.String `tfsdk:"region"`
	CreatedAt        types.String `tfsdk:"created_at"`
}

// changes returns the configured values that differ from those of the device.
func (m *deviceModel) changes(ctx context.Context, have control.DeviceDetails, diags *diag.Diagnostics) control.DeviceChanges {
	var changes control.DeviceChanges
	if resourcekit.Known(m.Name) && m.Name.ValueString() != have.Name {
		changes.Name = resourcekit.StringPointer(m.Name)
	}
	if resourcekit.Known(m.Status) && m.Status.ValueString() != have.Status {
		changes.Status = resourcekit.StringPointer(m.Status)
	}
	if resourcekit.Known(m.Labels) {
		labels := map[string]string{}
		if diags.Append(m.Labels.ElementsAs(ctx, &labels, false)...); !maps.Equal(labels, have.Labels) {
			changes.Labels = labels
		}
	}
	return changes
}

// fromAPI sets the model from the server's device. org is used where the server does not return the organization.
func (m *deviceModel) fromAPI(ctx context.Context, d control.DeviceDetails, org string, diags *diag.Diagnostics) {
	m.ID = types.StringValue(d.ID)
	m.OrgID = resourcekit.StringOrNull(cmp.Or(d.OrgID, m.OrgID.ValueString(), org))
	if d.Identifier != "" && m.DeviceIdentifier.ValueString() != d.ID { // an identifier configured as the ID stays
		m.DeviceIdentifier = types.StringValue(d.Identifier)
	}
	if m.DeviceIdentifier.IsNull() {
		m.DeviceIdentifier = m.ID
	}
	m.Name = resourcekit.OptionalString(&d.Name, m.Name)
	m.Labels = labelsFromAPI(ctx, d.Labels, m.Labels, diags)
	m.Status = resourcekit.StringOrNull(d.Status)
	if m.OnDestroy.IsNull() {
		m.OnDestroy = types.StringValue(onDestroyKeep)
	}
	m.Platform = resourcekit.StringOrNull(d.Platform)
	m.OSVersion, m.SDKVersion = resourcekit.StringOrNull(d.OSVersion), resourcekit.StringOrNull(d.SDKVersion)
	m.AppVersion, m.Manufacturer = resourcekit.StringOrNull(d.AppVersion), resourcekit.StringOrNull(d.Manufacturer)
	m.Model, m.Locale = resourcekit.StringOrNull(d.Model), resourcekit.StringOrNull(d.Locale)
	m.Region, m.CreatedAt = resourcekit.StringOrNull(d.Region), resourcekit.StringOrNull(d.CreatedAt)
	m.GPUAvailable = types.BoolPointerValue(d.GPUAvailable)
	m.TotalMemoryMB = types.Int64Null()
	if d.TotalMemoryMB > 0 {
		m.TotalMemoryMB = types.Int64Value(d.TotalMemoryMB)
	}
}

// labelsFromAPI maps the server's labels. Where there are none, prior decides between null and empty.
func labelsFromAPI(ctx context.Context, labels map[string]string, prior types.Map, diags *diag.Diagnostics) types.Map {
	if len(labels) == 0 && !resourcekit.Known(prior) {
		return types.MapNull(types.StringType)
	}
	if labels == nil {
		labels = map[string]string{}
	}
	m, d := types.MapValueFrom(ctx, types.StringType, labels)
	diags.Append(d...)
	return m
}
