package sandbox

import (
	"cmp"
	"math"
	"slices"
)

// deploymentRequest asks for a version on selected devices (CONTRACT.md, section 4). It is the union of the bodies of both
// dialects.
type deploymentRequest struct {
	ModelID      string   `json:"model_id"`
	ModelName    string   `json:"model_name"`
	ModelVersion string   `json:"model_version"`
	Version      string   `json:"version"`
	Devices      []string `json:"devices"`
	Group        string   `json:"group"`
	Percentage   *float64 `json:"rollout_percentage"`
	Strategy     string   `json:"strategy"`
}

func (d deploymentRequest) version() string { return cmp.Or(d.ModelVersion, d.Version) }

// resolveDeployment finds the model and the devices, and rejects a version that cannot be deployed.
func (w *world) resolveDeployment(d deploymentRequest) (*model, []*device, error) {
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
	if err := m.checkDeployable(d.version()); err != nil {
		return nil, nil, err
	}
	targets, err := w.targetDevices(d)
	return m, targets, err
}

// targetDevices are the devices of the group and those listed, without duplicates.
func (w *world) targetDevices(d deploymentRequest) ([]*device, error) {
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

// assignVersion assigns a version to a percentage of the devices and returns them. The same percentage always selects the
// same devices; the others keep their version.
func (w *world) assignVersion(m *model, targets []*device, version string, percentage float64) []*device {
	w.ensureStates(m)
	chosen := slices.Clone(targets)
	slices.SortFunc(chosen, func(a, b *device) int {
		return cmp.Or(cmp.Compare(m.states[a.index].bucket, m.states[b.index].bucket), cmp.Compare(a.index, b.index))
	})
	chosen = chosen[:int(math.Round(float64(len(chosen))*percentage/100))]
	for _, d := range chosen {
		s := m.states[d.index]
		s.assigned = version
		m.updatePending(s)
	}
	return chosen
}
