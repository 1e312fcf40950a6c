package sandbox

import (
	"maps"
	"slices"
)

type versionView struct {
	ModelID     string         `json:"model_id"`
	Version     string         `json:"version"`
	Status      string         `json:"status"`
	Format      string         `json:"format"`
	StoragePath string         `json:"storage_path"`
	Checksum    string         `json:"checksum"`
	SizeBytes   int64          `json:"size_bytes"`
	Description string         `json:"description"`
	Metrics     map[string]any `json:"metrics"`
	CreatedAt   *string        `json:"created_at"`
}

func viewVersion(m *model) func(*version) versionView {
	return func(v *version) versionView {
		return versionView{
			ModelID: m.id, Version: v.version, Status: v.status, Format: v.format, StoragePath: v.storagePath,
			Checksum: v.checksum, SizeBytes: v.sizeBytes, Description: v.description, Metrics: v.metrics, CreatedAt: timestamp(v.created),
		}
	}
}

func (a *api) listVersions(c *call) (any, error) {
	m, err := a.world.model(c.pathValue("model"))
	if err != nil {
		return nil, err
	}
	status := c.query("status")
	found := filter(slices.Backward(m.versions), func(v *version) bool { return status == "" || v.status == status })
	return listPage(c, "versions", found, pageSize{100, 100}, viewVersion(m))
}

func (a *api) createVersion(c *call) (any, error) {
	m, err := a.world.model(c.pathValue("model"))
	if err != nil {
		return nil, err
	}
	var body struct {
		Version     string         `json:"version"`
		StoragePath string         `json:"storage_path"`
		Format      string         `json:"format"`
		Checksum    string         `json:"checksum"`
		SizeBytes   *int64         `json:"size_bytes"`
		Description *string        `json:"description"`
		Metrics     map[string]any `json:"metrics"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	required := []struct{ field, value string }{
		{"version", body.Version}, {"storage_path", body.StoragePath}, {"format", body.Format}, {"checksum", body.Checksum},
	}
	for _, r := range required {
		if r.value == "" {
			return nil, invalid(r.field, "%s is required", r.field)
		}
	}
	if body.SizeBytes == nil || *body.SizeBytes < 0 {
		return nil, invalid("size_bytes", "size_bytes is required and must not be negative")
	}
	v := &version{
		version: body.Version, status: draft, format: body.Format, storagePath: body.StoragePath, checksum: body.Checksum,
		sizeBytes: *body.SizeBytes, description: stringValue(body.Description), metrics: body.Metrics,
	}
	if err := a.world.createVersion(m, v); err != nil {
		return nil, err
	}
	return viewVersion(m)(v), nil
}

// findVersion finds the model and version of a call.
func (a *api) findVersion(c *call) (*model, *version, error) {
	m, err := a.world.model(c.pathValue("model"))
	if err != nil {
		return nil, nil, err
	}
	v, err := m.version(c.pathValue("version"))
	return m, v, err
}

func (a *api) getVersion(c *call) (any, error) {
	m, err := a.world.model(c.pathValue("model"))
	if err != nil {
		return nil, err
	}
	v, err := m.version(c.pathValue("version"))
	if c.pathValue("version") == "latest" {
		v, err = m.latest()
	}
	if err != nil {
		return nil, err
	}
	return viewVersion(m)(v), nil
}

func (a *api) publishVersion(c *call) (any, error) {
	m, v, err := a.findVersion(c)
	if err != nil {
		return nil, err
	}
	switch v.status {
	case draft, published, "preview":
		v.status = published
	case activeVersion: // published already, in other words
	default:
		return nil, conflict("version %s is %s and cannot be published", v.version, v.status)
	}
	return viewVersion(m)(v), nil
}

func (a *api) deprecateVersion(c *call) (any, error) {
	m, v, err := a.findVersion(c)
	if err != nil {
		return nil, err
	}
	if v.status == draft || v.status == retired {
		return nil, conflict("version %s is %s and cannot be deprecated", v.version, v.status)
	}
	v.status = deprecated
	return viewVersion(m)(v), nil
}

func (a *api) updateMetrics(c *call) (any, error) {
	m, v, err := a.findVersion(c)
	if err != nil {
		return nil, err
	}
	var body struct {
		Metrics map[string]any `json:"metrics"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.Metrics == nil {
		return nil, invalid("metrics", "metrics is required")
	}
	merged := map[string]any{}
	maps.Copy(merged, v.metrics)
	maps.Copy(merged, body.Metrics)
	v.metrics = merged
	return viewVersion(m)(v), nil
}

func (a *api) deleteVersion(c *call) (any, error) {
	m, v, err := a.findVersion(c)
	if err != nil {
		return nil, err
	}
	if user := m.usedBy(v.version); user != "" {
		return nil, conflict("version %s of model %s is in use by %s", v.version, m.name, user)
	}
	if e := a.world.experimentUsing(m, v.version); e != nil {
		return nil, conflict("version %s of model %s is in use by experiment %s", v.version, m.name, e.id)
	}
	m.versions = without(m.versions, v)
	delete(m.versionByName, v.version)
	return nil, nil
}
