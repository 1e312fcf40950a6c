package sandbox

import "cmp"

// This file has the calls that SDKs on devices make (CONTRACT.md, section 5). Their JSON is in camel case.

// pollSeconds is how often a real device should call.
const pollSeconds = 30

func (a *api) registerDevice(c *call) (any, error) {
	var body struct {
		DeviceIdentifier string `json:"device_identifier"`
		DeviceID         string `json:"device_id"`
		OrgID            string `json:"org_id"`
		// Metadata is returned, because SDKs expect an object.
		Metadata map[string]any `json:"metadata"`
		facts
	}
	body.Metadata = map[string]any{}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if err := a.world.ownOrg(body.OrgID); err != nil {
		return nil, err
	}
	identifier := body.DeviceIdentifier
	if identifier == "" {
		identifier = body.DeviceID
	}
	if identifier == "" || len(identifier) > 255 {
		return nil, invalid("device_identifier", "device_identifier is required and must have at most 255 characters")
	}
	d := a.world.registerDevice(identifier, body.facts)
	return map[string]any{
		"id": d.id, "device_identifier": d.identifier, "org_id": a.world.org, "status": d.status,
		"registered_at": timestamp(d.created), "metadata": body.Metadata,
	}, nil
}

// callingDevice finds the device that makes the call and records the contact.
func (a *api) callingDevice(c *call) (*device, error) {
	d, err := a.world.device(c.pathValue("device"))
	if err == nil {
		d.lastContact = a.world.clock
	}
	return d, err
}

func (a *api) heartbeat(c *call) (any, error) {
	d, err := a.callingDevice(c)
	if err != nil {
		return nil, err
	}
	var reported facts
	if err := c.decode(&reported); err != nil {
		return nil, err
	}
	d.facts.merge(reported)
	a.world.devicesVersion++
	now := timestamp(a.world.clock)
	return map[string]any{
		"id": d.id, "device_identifier": d.identifier, "device_status": d.status, "last_heartbeat": now,
		"status": "ok", "server_time": now, "metadata": map[string]any{"poll_interval": pollSeconds},
	}, nil
}

// desiredModels lists the models that a device should run.
func (a *api) desiredModels(d *device) []map[string]any {
	models := []map[string]any{}
	for _, m := range a.world.models {
		s := m.state(d)
		if s == nil {
			continue
		}
		v, ok := m.versionByName[s.desiredVersion()]
		if !ok {
			continue
		}
		artifactID := m.id + "-" + v.version
		entry := map[string]any{
			"modelId": m.id, "desiredVersion": v.version, "currentChannel": "stable",
			"deliveryMode": "managed", "activationPolicy": "immediate",
			"enginePolicy": map[string]any{"allowed": []string{}},
			"artifactManifest": map[string]any{
				"artifactId": artifactID, "modelId": m.id, "version": v.version, "format": v.format,
				"totalBytes": v.sizeBytes, "sizeBytes": v.sizeBytes, "sha256": v.checksum,
				"chunks": []any{}, "downloadUrl": v.storagePath,
			},
		}
		if r := s.effectiveRollout(); r != nil && s.assigned == "" {
			entry["rolloutId"] = a.rolloutID(r)
		}
		models = append(models, entry)
	}
	return models
}

func (a *api) desiredState(c *call) (any, error) {
	d, err := a.callingDevice(c)
	if err != nil {
		return nil, err
	}
	a.world.syncDevice(d)
	return map[string]any{
		"schemaVersion": "1.4.0", "deviceId": d.id, "generatedAt": timestamp(a.world.clock), "models": a.desiredModels(d),
		"gcEligibleArtifactIds": []string{}, "nextPollIntervalSeconds": pollSeconds,
	}, nil
}

func (a *api) syncDevice(c *call) (any, error) {
	d, err := a.callingDevice(c)
	if err != nil {
		return nil, err
	}
	changed := a.world.hasPending(d)
	a.world.syncDevice(d)
	now := timestamp(a.world.clock)
	return map[string]any{
		"schemaVersion": "1.12.0", "deviceId": d.id, "generatedAt": now, "stateChanged": changed,
		"models": a.desiredModels(d), "gcEligibleArtifactIds": []string{}, "nextPollIntervalSeconds": pollSeconds,
		"serverTimestamp": now,
	}, nil
}

// observedState records which versions run on a real device. A report without a version changes nothing.
func (a *api) observedState(c *call) (any, error) {
	d, err := a.callingDevice(c)
	if err != nil {
		return nil, err
	}
	var body struct {
		Models []struct {
			ModelID       string `json:"modelId"`
			ModelIDSnake  string `json:"model_id"`
			Version       string `json:"version"`
			ActiveVersion string `json:"activeVersion"`
			ActiveSnake   string `json:"active_version"`
		} `json:"models"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	for _, report := range body.Models {
		m, err := a.world.model(cmp.Or(report.ModelID, report.ModelIDSnake))
		running := cmp.Or(report.ActiveVersion, report.ActiveSnake, report.Version)
		if err != nil || running == "" || m.versionByName[running] == nil {
			continue // a device may run models of other organizations
		}
		a.world.ensureStates(m)
		s := m.state(d)
		s.running = running
		m.fleetChanged = true
		m.updatePending(s)
	}
	return map[string]any{"status": "ok", "deviceId": d.id, "receivedAt": timestamp(a.world.clock)}, nil
}

func (a *api) resolveVersion(c *call) (any, error) {
	d, err := a.world.device(c.pathValue("device"))
	if err != nil {
		return nil, err
	}
	m, err := a.world.model(c.pathValue("model"))
	if err != nil {
		return nil, err
	}
	a.world.ensureStates(m)
	s := m.state(d)
	if s.desiredVersion() == "" {
		return nil, notFound("device %q has no version of model %s", d.identifier, m.name)
	}
	resolved := map[string]any{"version": s.desiredVersion(), "source": s.source(), "experiment_id": nil, "rollout_id": nil}
	if r := s.effectiveRollout(); r != nil && s.assigned == "" {
		resolved["rollout_id"] = a.rolloutID(r)
	}
	if c.query("include_bucket") == "true" {
		resolved["device_bucket"] = s.bucket
	}
	return resolved, nil
}
