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
	if a.world.dialect == DialectSDK {
		plans := []map[string]any{}
		for _, d := range targets {
			plans = append(plans, map[string]any{
				"device_id": d.id, "format": m.versionByName[body.version()].format, "executor": "cpu",
				"quantization": "none", "conversion_needed": false, "runtime_config": map[string]any{},
			})
		}
		return map[string]any{"deployments": plans}, nil
	}
	ids := []string{}
	for _, d := range targets {
		ids = append(ids, d.id)
	}
	warnings := []string{}
	if len(targets) == 0 {
		warnings = append(warnings, "no devices match")
	}
	return map[string]any{"ok": true, "target_count": len(ids), "resolved_targets": ids, "warnings": warnings}, nil
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
	if a.world.dialect == DialectSDK {
		statuses := []map[string]any{}
		for _, d := range chosen {
			statuses = append(statuses, map[string]any{"device_id": d.id, "status": "queued"})
		}
		return map[string]any{"id": id, "status": "deploying", "device_statuses": statuses}, nil
	}
	return map[string]any{
		"deployment_id": id, "status": "started", "target_count": len(targets), "activated_count": len(chosen),
	}, nil
}
