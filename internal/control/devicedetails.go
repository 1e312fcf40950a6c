package control

import (
	"context"
	"encoding/json"
	"net/http"
)

// DeviceDetails is a registered device with all its attributes (CONTRACT.md, section 5). Texts are ""
// where the server does not say.
type DeviceDetails struct {
	Device
	OrgID, Name                                                      string
	Platform, OSVersion, SDKVersion, AppVersion, Manufacturer, Model string
	Locale, Region, CreatedAt                                        string
	// GPUAvailable is nil where the server does not say.
	GPUAvailable *bool
	// TotalMemoryMB is the device's memory in MB, 0 where the server does not say.
	TotalMemoryMB int64
	Labels        map[string]string
}

// UnmarshalJSON fails on an object without an ID.
func (d *DeviceDetails) UnmarshalJSON(data []byte) error {
	var wire struct {
		OrgID         flexText            `json:"org_id"`
		Name          flexText            `json:"name"`
		Platform      flexText            `json:"platform"`
		OSVersion     flexText            `json:"os_version"`
		SDKVersion    flexText            `json:"sdk_version"`
		AppVersion    flexText            `json:"app_version"`
		Manufacturer  flexText            `json:"manufacturer"`
		Model         flexText            `json:"model"`
		Locale        flexText            `json:"locale"`
		Region        flexText            `json:"region"`
		CreatedAt     flexText            `json:"created_at"`
		GPUAvailable  *bool               `json:"gpu_available"`
		TotalMemoryMB *flexNumber         `json:"total_memory_mb"`
		Labels        map[string]flexText `json:"labels"`
	}
	var device Device
	if err := json.Unmarshal(data, &device); err != nil {
		return err
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	device.Assignments, device.Winning = nil, nil // a list may carry them where a single read does not
	*d = DeviceDetails{
		Device: device, OrgID: string(wire.OrgID), Name: string(wire.Name),
		Platform: string(wire.Platform), OSVersion: string(wire.OSVersion), SDKVersion: string(wire.SDKVersion), AppVersion: string(wire.AppVersion),
		Manufacturer: string(wire.Manufacturer), Model: string(wire.Model), Locale: string(wire.Locale), Region: string(wire.Region),
		CreatedAt: string(wire.CreatedAt), GPUAvailable: wire.GPUAvailable, TotalMemoryMB: firstOf(wire.TotalMemoryMB).size(),
	}
	for key, value := range wire.Labels {
		if d.Labels == nil {
			d.Labels = map[string]string{}
		}
		d.Labels[key] = string(value)
	}
	return nil
}

var deviceKind = kind[DeviceDetails]{
	listing: deviceListing,
	one: func(ctx context.Context, c *Client, id string) (DeviceDetails, error) {
		return get[DeviceDetails](ctx, c, "read the device", join("devices", id), nil)
	},
	id:  func(d DeviceDetails) string { return d.ID },
	org: func(d DeviceDetails) string { return d.OrgID },
	answers: answerKeys{
		"id|device_id", "org_id", "device_identifier", "status", "name", "labels", "platform", "os_version", "sdk_version", "app_version",
		"manufacturer", "model", "locale", "region", "created_at", "gpu_available", "total_memory_mb",
	},
}

// DeviceDetails reads one device by its ID or its identifier.
func (c *Client) DeviceDetails(ctx context.Context, id string) (DeviceDetails, error) {
	return deviceKind.read(ctx, c, id)
}

// Devices lists the organization's devices; platform and status filter them unless they are "".
func (c *Client) Devices(ctx context.Context, platform, status string) ([]DeviceDetails, error) {
	query := c.scoped(nil)
	for name, value := range map[string]string{"platform": platform, "status": status} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return listAll[DeviceDetails](ctx, c, deviceListing, query)
}

// DeviceChanges is what an update of a device writes; nil does not change.
type DeviceChanges struct {
	Name, Status *string
	// Labels replace all labels of the device.
	Labels map[string]string
}

// None is true where there is nothing to write.
func (d DeviceChanges) None() bool { return d.Name == nil && d.Status == nil && d.Labels == nil }

func (d DeviceChanges) body() map[string]any {
	body := map[string]any{}
	if d.Name != nil {
		body["name"] = *d.Name
	}
	if d.Status != nil {
		body["status"] = *d.Status
	}
	if d.Labels != nil {
		body["labels"] = d.Labels
	}
	return body
}

// UpdateDevice changes a device and returns it as it is afterwards.
func (c *Client) UpdateDevice(ctx context.Context, id string, changes DeviceChanges) (DeviceDetails, error) {
	if changes.None() {
		return c.DeviceDetails(ctx, id)
	}
	r := request{operation: "update the device", method: http.MethodPatch, path: join("devices", id), body: changes.body()}
	return deviceKind.change(ctx, c, r, id)
}
