package sandbox

import (
	"cmp"
	"path"
)

func (a *api) importVersion(c *call) (any, error) {
	var body struct {
		OrgID         string  `json:"org_id"`
		RepoID        string  `json:"repo_id"`
		Version       *string `json:"version"`
		ReferenceOnly *bool   `json:"reference_only"`
		Name          string  `json:"name"`
		Description   *string `json:"description"`
		UseCase       string  `json:"use_case"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if err := a.world.ownOrg(body.OrgID); err != nil {
		return nil, err
	}
	number, referenceOnly := valueOr(body.Version, "1.0.0"), valueOr(body.ReferenceOnly, true)
	if number == "" {
		return nil, invalid("version", "version must not be empty")
	}
	r, err := findRepository(body.RepoID)
	if err != nil {
		return nil, err
	}
	m, v, err := a.world.importVersion(
		cmp.Or(body.Name, path.Base(r.id)), cmp.Or(body.UseCase, "other"), stringValue(body.Description), number, r, referenceOnly,
	)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"model_id": m.id, "version": v.version, "format": v.format, "files": r.files, "storage_type": storageType(referenceOnly),
	}, nil
}
