package sandbox

import (
	"cmp"
	"math"
	"slices"
)

// deployment asks for a version on chosen devices (the control API contract, section 4). The body is the union of what both
// dialects send.
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

// resolve finds the model and the devices, and refuses a version that cannot go out.
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

// targets are the devices that a deployment names, by themselves or by their group, each once.
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

// assign gives a version to a share of the devices, the same ones for the same share, and answers them. The others keep what
// they have.
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
