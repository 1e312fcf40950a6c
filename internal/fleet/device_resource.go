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

// What becomes of a device when its resource is destroyed.
const (
	onDestroyKeep    = "keep"
	onDestroyArchive = "archive"
)

const archived = "archived"

type deviceOperation = resourcekit.Operation[deviceModel, control.DeviceDetails]

var deviceNoun = resourcekit.Noun[deviceModel, control.DeviceDetails]{
	TypeName: "octomil_device",
	Title:    "device", Titles: "devices",
	Schema:   deviceSchema(),
	Identity: resourcekit.Identity{{Name: "id", Description: "The id that the server gave to the device."}},
	Local:    []string{"on_destroy"},
	Remains:  "The API cannot delete a device: it stays registered, and in service unless on_destroy is \"archive\" or its status says otherwise.",

	Create: adoptDevice,
	Read: func(ctx context.Context, client *control.Client, m *deviceModel) (control.DeviceDetails, error) {
		return client.DeviceDetails(ctx, m.ID.ValueString())
	},
	Update: func(ctx context.Context, op *deviceOperation) (control.DeviceDetails, error) {
		have, err := op.Client.DeviceDetails(ctx, op.Plan.ID.ValueString())
		if err != nil {
			return have, err
		}
		return op.Client.UpdateDevice(ctx, have.ID, op.Config.changes(ctx, have, op.Diags))
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
	Take: func(ctx context.Context, client *control.Client, m *deviceModel, d control.DeviceDetails, diags *diag.Diagnostics) {
		m.fromAPI(ctx, d, client.OrgID(), diags)
	},

	List: func(ctx context.Context, client *control.Client, filters map[string]string) ([]control.DeviceDetails, error) {
		return client.Devices(ctx, filters["platform"], filters["status"])
	},
	Filters: []resourcekit.Filter[control.DeviceDetails]{
		{
			Name: "platform", Description: "Only devices of this platform, such as `ios`.",
			Of: func(d control.DeviceDetails) string { return d.Platform },
		},
		{
			Name: "status", Description: "Only devices of this status, such as `active` or `archived`.",
			Of: func(d control.DeviceDetails) string { return d.Status },
		},
	},
	Name: func(d control.DeviceDetails) string { return cmp.Or(d.Identifier, d.ID) },
	ID:   func(d control.DeviceDetails) string { return d.ID },
	Lookup: func(ctx context.Context, client *control.Client, word string) (control.DeviceDetails, bool, error) {
		return resourcekit.Tried(client.DeviceDetails(ctx, word))
	},
}

// adoptDevice takes over a device that has registered itself, for no call of the control API makes one.
func adoptDevice(ctx context.Context, op *deviceOperation) (control.DeviceDetails, error) {
	word := op.Plan.DeviceIdentifier.ValueString()
	have, err := op.Client.DeviceDetails(ctx, word)
	if control.NotFound(err) {
		op.Diags.AddAttributeError(path.Root("device_identifier"), "There is no such device", fmt.Sprintf("%s\n\nDevices register themselves when "+
			"the application with Octomil's SDK starts on them; Terraform manages those that have. Check the ref of %q, or start the device first.",
			resourcekit.Explain(err), word))
		return have, nil
	}
	if err != nil {
		return have, err
	}
	return op.Client.UpdateDevice(ctx, have.ID, op.Config.changes(ctx, have, op.Diags))
}
