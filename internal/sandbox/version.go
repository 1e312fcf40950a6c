package sandbox

import (
	"slices"
	"time"
)

// The statuses of a version (CONTRACT.md, section 2). Servers use two vocabularies.
const (
	draft      = "draft"
	published  = "published"
	deprecated = "deprecated"
	retired    = "retired"
	// activeVersion is what other servers call published.
	activeVersion = "active"
)

var versionStatuses = []string{draft, published, deprecated, retired, activeVersion, "preview"}

// version is one version of a model.
type version struct {
	version, status, format, storagePath, checksum, description string
	sizeBytes                                                   int64
	metrics                                                     map[string]any
	created                                                     time.Time
}

func (w *world) createVersion(m *model, v *version) error {
	if _, taken := m.versionByName[v.version]; taken {
		return conflict("model %s already has a version %s", m.name, v.version)
	}
	v.created = w.clock
	if v.status == draft && w.has(ActiveVersions) {
		v.status = activeVersion
	}
	m.versions = append(m.versions, v)
	m.versionByName[v.version] = v
	return nil
}

func (m *model) version(name string) (*version, error) {
	if v, ok := m.versionByName[name]; ok {
		return v, nil
	}
	return nil, notFound("model %s has no version %q", m.name, name)
}

// latest is the newest published version, or the newest one if none is published.
func (m *model) latest() (*version, error) {
	for _, v := range slices.Backward(m.versions) {
		if v.status == published || v.status == activeVersion {
			return v, nil
		}
	}
	if len(m.versions) == 0 {
		return nil, notFound("model %s has no versions", m.name)
	}
	return m.versions[len(m.versions)-1], nil
}

// checkDeployable rejects a version that cannot be deployed.
func (m *model) checkDeployable(name string) error {
	v, err := m.version(name)
	if err != nil {
		return err
	}
	if v.status == deprecated || v.status == retired {
		return conflict("version %s of model %s is %s and cannot be deployed", name, m.name, v.status)
	}
	return nil
}

// usedBy names what prevents the deletion of a version, "" for nothing.
func (m *model) usedBy(name string) string {
	for _, r := range m.rollouts {
		if r.version == name && r.status != rolledBack {
			return "rollout " + r.id
		}
	}
	for _, s := range m.states {
		if s.running == name || s.assigned == name {
			return "device " + s.device.id
		}
	}
	return ""
}
