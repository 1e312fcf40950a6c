package fleet

import (
	"cmp"
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// The values of on_destroy.
const (
	onDestroyKeep    = "keep"
	onDestroyArchive = "archive"
)

const archived = "archived"

type deviceOperation = resourcekit.Operation[deviceModel, control.DeviceDetails]

var deviceEntity = resourcekit.Entity[deviceModel, control.DeviceDetails]{
	TypeName: "octomil_device",
	Title:    "device", Titles: "devices",
	Schema:         deviceSchema(),
	Identity:       resourcekit.Identity{{Name: "id", Description: "ID of the device, assigned by the server."}},
	Key:            []string{"device_identifier"},
	Adopts:         true,
	ProviderOnly:   []string{"on_destroy"},
	DestroyWarning: "The API cannot delete a device: it remains registered and keeps its status, unless `on_destroy` is `archive`.",

	Create: adoptDevice,
	Read: func(ctx context.Context, client *control.Client, m *deviceModel) (control.DeviceDetails, error) {
		return client.DeviceDetails(ctx, m.ID.ValueString())
	},
	Update: func(ctx context.Context, op *deviceOperation) (control.DeviceDetails, error) {
		have, err := op.Client.DeviceDetails(ctx, op.Plan.ID.ValueString())
		if err != nil {
			return have, err
		}
		return changeDevice(ctx, op, have)
	},
	Delete: func(ctx context.Context, op *deviceOperation) error {
		if op.State.OnDestroy.ValueString() != onDestroyArchive {
			return nil
		}
		status := archived
		_, err := op.Client.UpdateDevice(ctx, op.State.ID.ValueString(), control.DeviceChanges{Status: &status})
		if control.NotFound(err) {
			return nil
		}
		return err
	},
	FromAPI: func(ctx context.Context, client *control.Client, m *deviceModel, d control.DeviceDetails, diags *diag.Diagnostics) {
		m.fromAPI(ctx, d, client.OrgID(), diags)
	},

	List: func(ctx context.Context, client *control.Client, filters map[string]string) ([]control.DeviceDetails, error) {
		return client.Devices(ctx, filters["platform"], filters["status"])
	},
	Filters: []resourcekit.Filter[control.DeviceDetails]{
		{
			Name: "platform", Description: "Returns only devices of this platform, such as `ios`.",
			Of: func(d control.DeviceDetails) string { return d.Platform },
		},
		{
			Name: "status", Description: "Returns only devices with this status, such as `active` or `archived`.",
			Of: func(d control.DeviceDetails) string { return d.Status },
		},
	},
	Name: func(d control.DeviceDetails) string { return cmp.Or(d.Identifier, d.ID) },
	ID:   func(d control.DeviceDetails) string { return d.ID },
	Lookup: func(ctx context.Context, client *control.Client, idOrIdentifier string) (control.DeviceDetails, bool, error) {
		return resourcekit.FoundOrNot(client.DeviceDetails(ctx, idOrIdentifier))
	},
}

// adoptDevice starts to manage a device that has registered itself: the control API has no call that creates one.
func adoptDevice(ctx context.Context, op *deviceOperation) (control.DeviceDetails, error) {
	identifier := op.Plan.DeviceIdentifier.ValueString()
	have, err := op.Client.DeviceDetails(ctx, identifier)
	if control.NotFound(err) {
		op.Diags.AddAttributeError(path.Root("device_identifier"), "Device not found", fmt.Sprintf("%s\n\nDevices register themselves when an "+
			"application with the Octomil SDK starts on them, and Terraform can only manage registered devices. Check the spelling of %q, or start the "+
			"application on the device first.", resourcekit.ErrorDetail(err), identifier))
		return have, nil
	}
	if err != nil {
		return have, err
	}
	return changeDevice(ctx, op, have)
}

// changeDevice makes a device that was found as it is configured.
func changeDevice(ctx context.Context, op *deviceOperation, have control.DeviceDetails) (control.DeviceDetails, error) {
	op.Found(ctx, have)
	return op.Client.UpdateDevice(ctx, have.ID, op.Config.changes(ctx, have, op.Diags))
}
