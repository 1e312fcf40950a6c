package control

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
)

// GroupDeployment deploys a version to the members of a device group (CONTRACT.md, section 4).
type GroupDeployment struct {
	ModelID, ModelName string
	Version            string
	// Group is the group's name; "" in a preview is the whole fleet, which a server may refuse.
	Group string
	// Percentage is the percentage of the members, 1 to 100.
	Percentage float64
}

// body is the union of both dialects.
func (d GroupDeployment) body() map[string]any {
	body := map[string]any{
		"model_id": d.ModelID, "model_name": d.ModelName,
		"model_version": d.Version, "version": d.Version,
	}
	if d.Group != "" {
		body["group"] = d.Group
	}
	return body
}

// DeploymentPreview is what a deployment would do (CONTRACT.md, section 4).
type DeploymentPreview struct {
	// Targets is the number of devices, nil where the server does not say.
	Targets *int
	// Warnings are the server's.
	Warnings []string
}

// UnmarshalJSON reads both dialects.
func (p *DeploymentPreview) UnmarshalJSON(data []byte) error {
	var wire struct {
		TargetCount     *flexNumber       `json:"target_count"`
		ResolvedTargets []json.RawMessage `json:"resolved_targets"`
		Deployments     []struct {
			ConversionNeeded bool `json:"conversion_needed"`
		} `json:"deployments"`
		Devices  []json.RawMessage `json:"devices"`
		Warnings []flexText        `json:"warnings"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*p = DeploymentPreview{
		Targets: countOr(cmp.Or(length(wire.ResolvedTargets), length(wire.Deployments), length(wire.Devices)), wire.TargetCount),
	}
	for _, warning := range wire.Warnings {
		if warning != "" {
			p.Warnings = append(p.Warnings, string(warning))
		}
	}
	return nil
}

// PrepareDeployment previews a deployment; it has no side effect, so it is repeated like a read. A plan of many deployments asks once
// where the server refuses all previews.
func (c *Client) PrepareDeployment(ctx context.Context, d GroupDeployment) (DeploymentPreview, error) {
	post := func(ctx context.Context) (DeploymentPreview, error) {
		var p DeploymentPreview
		err := c.call(ctx, request{
			operation: "prepare the deployment", method: http.MethodPost, path: "deploy/prepare", body: d.body(), readOnly: true,
		}, &p)
		return p, err
	}
	return unlessRefused(ctx, c, "prepare a deployment", func(ctx context.Context) (DeploymentPreview, error) {
		return createOnce(ctx, c, post, findNothing)
	})
}

// GroupDeploymentResult is the response to an executed deployment (CONTRACT.md, section 4).
type GroupDeploymentResult struct {
	// ID is the ID of the deployment, "" where the server gives none. No call reads it back.
	ID string
	// Activated is the number of devices that were assigned the version, nil where the server does not say.
	Activated *int
}

// UnmarshalJSON reads both dialects.
func (r *GroupDeploymentResult) UnmarshalJSON(data []byte) error {
	var wire struct {
		DeploymentID *flexText `json:"deployment_id"`
		ID           *flexText `json:"id"`
		// The count of the documented response; the other dialect lists the devices.
		ActivatedCount *flexNumber   `json:"activated_count"`
		DeviceStatuses deviceResults `json:"device_statuses"`
		Devices        deviceResults `json:"devices"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*r = GroupDeploymentResult{
		ID:        string(firstOf(wire.DeploymentID, wire.ID)),
		Activated: countOr(cmp.Or(wire.DeviceStatuses.assigned(), wire.Devices.assigned()), wire.ActivatedCount),
	}
	return nil
}

const executePath = "deploy/execute"

// ExecuteDeployment assigns the version to the group's members. reached reports whether the members already have it: it is
// called when the response is lost, before anything is sent again.
func (c *Client) ExecuteDeployment(ctx context.Context, d GroupDeployment, reached func(context.Context) (bool, error)) (GroupDeploymentResult, error) {
	body := d.body()
	body["rollout_percentage"] = d.Percentage
	body["strategy"] = "immediate"
	post := posting[GroupDeploymentResult](c, "deploy to the device group", executePath, body)
	find := func(ctx context.Context) (GroupDeploymentResult, bool, error) {
		ok, err := reached(ctx)
		return GroupDeploymentResult{}, ok, err
	}
	return createOnce(ctx, c, post, find)
}
