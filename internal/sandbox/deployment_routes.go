package sandbox

func (a *api) prepareDeployment(c *call) (any, error) {
	var body deploymentRequest
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	m, targets, err := a.world.resolveDeployment(body)
	if err != nil {
		return nil, err
	}
	if body.Group == "" && len(body.Devices) == 0 {
		if a.world.dialect == DialectSDK {
			return nil, invalid("devices", "devices or group is required")
		}
		targets = a.world.fleetDevices()
	}
	plans := mapSlice(targets, func(d *device) map[string]any {
		return map[string]any{
			"device_id": d.id, "format": m.versionByName[body.version()].format, "executor": "cpu",
			"quantization": "none", "conversion_needed": false, "runtime_config": map[string]any{},
		}
	})
	if a.world.dialect == DialectSDK {
		return map[string]any{"deployments": plans}, nil
	}
	ids := mapSlice(targets, func(d *device) string { return d.id })
	warnings := []string{}
	if len(targets) == 0 {
		warnings = append(warnings, "no devices match")
	}
	return map[string]any{
		"ok": true, "target_count": len(ids), "resolved_targets": ids, "warnings": warnings, "deployments": plans,
	}, nil
}

func (a *api) executeDeployment(c *call) (any, error) {
	var body deploymentRequest
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	m, targets, err := a.world.resolveDeployment(body)
	if err != nil {
		return nil, err
	}
	if body.Group == "" && len(body.Devices) == 0 {
		return nil, invalid("devices", "devices or group is required")
	}
	percentage := valueOr(body.Percentage, 100)
	if err := checkPercent("rollout_percentage", percentage); err != nil {
		return nil, err
	}
	id := a.world.nextID("dep")
	chosen := a.world.assignVersion(m, targets, body.version(), percentage)
	a.world.logf("%s: deployment %s assigns %s to %d of %d devices", m.name, id, body.version(), len(chosen), len(targets))
	statuses := mapSlice(chosen, func(d *device) map[string]any {
		return map[string]any{"device_id": d.id, "status": "queued"}
	})
	if a.world.dialect == DialectSDK {
		return map[string]any{"id": id, "status": "deploying", "device_statuses": statuses}, nil
	}
	return map[string]any{
		"deployment_id": id, "status": "started", "target_count": len(targets), "activated_count": len(chosen), "device_statuses": statuses,
	}, nil
}
