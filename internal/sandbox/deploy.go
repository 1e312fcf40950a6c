package sandbox

import (
	"cmp"
	"math"
	"slices"
)

// deployment asks for a version on chosen devices (the control API contract, section 4). The body is the union of what both
// dialects send.
type deployment struct {
	ModelID      string   `json:"model_id"`
	ModelName    string   `json:"model_name"`
	ModelVersion string   `json:"model_version"`
	Version      string   `json:"version"`
	Devices      []string `json:"devices"`
	Group        string   `json:"group"`
	Percentage   *float64 `json:"rollout_percentage"`
	Strategy     string   `json:"strategy"`
}

func (d deployment) version() string { return cmp.Or(d.ModelVersion, d.Version) }

// resolve finds the model and the devices, and refuses a version that cannot go out.
func (w *world) resolve(d deployment) (*model, []*device, error) {
	if d.ModelID == "" && d.ModelName == "" {
		return nil, nil, invalid("model_name", "model_name or model_id is required")
	}
	m, err := w.model(cmp.Or(d.ModelID, d.ModelName))
	if err != nil {
		return nil, nil, err
	}
	if d.version() == "" {
		return nil, nil, invalid("model_version", "model_version is required")
	}
	if err := m.usable(d.version()); err != nil {
		return nil, nil, err
	}
	targets, err := w.targets(d)
	return m, targets, err
}

// targets are the devices that a deployment names, by themselves or by their group, each once.
func (w *world) targets(d deployment) ([]*device, error) {
	var targets []*device
	if d.Group != "" {
		g, err := w.groupNamed(d.Group)
		if err != nil {
			return nil, err
		}
		targets = append(targets, w.membersOf(g)...)
	}
	for _, id := range d.Devices {
		found, err := w.device(id)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(targets, found) {
			targets = append(targets, found)
		}
	}
	return targets, nil
}

// assign gives a version to a share of the devices, the same ones for the same share, and answers them. The others keep what
// they have.
func (w *world) assign(m *model, targets []*device, version string, percentage float64) []*device {
	w.seated(m)
	chosen := slices.Clone(targets)
	slices.SortFunc(chosen, func(a, b *device) int {
		return cmp.Or(cmp.Compare(m.seats[a.index].bucket, m.seats[b.index].bucket), cmp.Compare(a.index, b.index))
	})
	chosen = chosen[:int(math.Round(float64(len(chosen))*percentage/100))]
	for _, d := range chosen {
		s := m.seats[d.index]
		s.assigned = version
		m.look(s)
	}
	return chosen
}

func (a *api) prepareDeployment(c *call) (any, error) {
	var body deployment
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	m, targets, err := a.world.resolve(body)
	if err != nil {
		return nil, err
	}
	if body.Group == "" && len(body.Devices) == 0 {
		if a.world.dialect == DialectSDK {
			return nil, invalid("devices", "devices or group is required")
		}
		targets = a.world.inFleet()
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
		warnings = append(warnings, "no device matches")
	}
	return map[string]any{"ok": true, "target_count": len(ids), "resolved_targets": ids, "warnings": warnings}, nil
}

func (w *world) inFleet() []*device {
	var devices []*device
	for _, d := range w.devices {
		if d.inFleet() {
			devices = append(devices, d)
		}
	}
	return devices
}

func (a *api) executeDeployment(c *call) (any, error) {
	var body deployment
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	m, targets, err := a.world.resolve(body)
	if err != nil {
		return nil, err
	}
	if body.Group == "" && len(body.Devices) == 0 {
		return nil, invalid("devices", "devices or group is required")
	}
	percentage := orElse(body.Percentage, 100)
	if err := inPercent("rollout_percentage", percentage); err != nil {
		return nil, err
	}
	id := a.world.nextID("dep")
	chosen := a.world.assign(m, targets, body.version(), percentage)
	a.world.say("%s: deployment %s assigns %s to %d of %d devices", m.name, id, body.version(), len(chosen), len(targets))
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

func (a *api) checkCompatibility(c *call) (any, error) {
	var body struct {
		ModelID   string   `json:"model_id"`
		ModelName string   `json:"model_name"`
		Devices   []string `json:"devices"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	m, err := a.world.model(cmp.Or(body.ModelID, body.ModelName))
	if err != nil {
		return nil, err
	}
	v, err := m.latest()
	if err != nil {
		return nil, err
	}
	all := true
	reports := []map[string]any{}
	for _, id := range body.Devices {
		d, err := a.world.device(id)
		if err != nil {
			return nil, err
		}
		class, issues := d.issues(v)
		all = all && len(issues) == 0
		reports = append(reports, map[string]any{
			"device_id": d.id, "device_class": class.name, "compatible": len(issues) == 0,
			"format": v.format, "executor": "cpu", "quantization": "none", "issues": issues,
		})
	}
	return map[string]any{
		"model_id": m.id, "model_name": m.name, "model_version": v.version, "model_size_bytes": v.sizeBytes,
		"all_compatible": all, "devices": reports,
	}, nil
}

// deviceClass is how large a model a device of so much memory can run.
type deviceClass struct {
	name                   string
	leastMemoryMB, mostMiB float64
}

var deviceClasses = []deviceClass{
	{"flagship", 8192, 2048}, {"high", 6144, 1024}, {"mid", 4096, 500}, {"low", 0, 200},
}

// issues says what keeps a device from running a version.
func (d *device) issues(v *version) (deviceClass, []map[string]string) {
	class := deviceClasses[len(deviceClasses)-1]
	for _, candidate := range deviceClasses {
		if orElse(d.facts.TotalMemoryMB, 0) >= candidate.leastMemoryMB {
			class = candidate
			break
		}
	}
	issues := []map[string]string{}
	if size := float64(v.sizeBytes) / (1 << 20); size > class.mostMiB {
		issues = append(issues, map[string]string{
			"severity":   "error",
			"message":    "the model has " + plain(size) + " MiB, and a device of class " + class.name + " takes " + plain(class.mostMiB),
			"suggestion": "optimize the model for this class of devices",
		})
	}
	return class, issues
}
