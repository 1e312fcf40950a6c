package control

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Version statuses (CONTRACT.md, section 2). Servers use two vocabularies.
const (
	VersionDraft      = "draft"
	VersionPreview    = "preview"
	VersionPublished  = "published"
	VersionActive     = "active"
	VersionDeprecated = "deprecated"
	VersionRetired    = "retired"
)

// Version is one version of a model (CONTRACT.md, section 2). Texts are "" where the server does not say.
type Version struct {
	// ModelID is the model as the server names it, else as it was asked for.
	ModelID     string
	Version     string
	Status      string
	Format      string
	StoragePath string
	Description string
	Checksum    string
	// SizeBytes is the size of the artifact in bytes, 0 where the server does not say.
	SizeBytes int64
	// Metrics are the metrics that are numbers.
	Metrics   map[string]float64
	CreatedAt string
}

// UnmarshalJSON fails on an object without a version.
func (v *Version) UnmarshalJSON(data []byte) error {
	var wire struct {
		ModelID     flexText        `json:"model_id"`
		Version     flexText        `json:"version"`
		Status      flexText        `json:"status"`
		Format      flexText        `json:"format"`
		StoragePath flexText        `json:"storage_path"`
		Description flexText        `json:"description"`
		Checksum    flexText        `json:"checksum"`
		SizeBytes   *flexNumber     `json:"size_bytes"`
		Metrics     json.RawMessage `json:"metrics"`
		CreatedAt   flexText        `json:"created_at"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	if wire.Version == "" {
		return errors.New("a version without a version number")
	}
	*v = Version{
		ModelID: string(wire.ModelID), Version: string(wire.Version), Status: string(wire.Status), Format: string(wire.Format),
		StoragePath: string(wire.StoragePath), Description: string(wire.Description), Checksum: string(wire.Checksum),
		SizeBytes: firstOf(wire.SizeBytes).size(), Metrics: numbersOf(wire.Metrics), CreatedAt: string(wire.CreatedAt),
	}
	return nil
}

// numbersOf are the members of an object that are numbers; servers may have metrics of any type.
func numbersOf(raw json.RawMessage) map[string]float64 {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil {
		return nil
	}
	var numbers map[string]float64
	for name, value := range object {
		var number flexNumber
		if number.UnmarshalJSON(value) != nil {
			continue
		}
		if numbers == nil {
			numbers = map[string]float64{}
		}
		numbers[name] = float64(number)
	}
	return numbers
}

// Published is true of a version that devices can be assigned, or could be once.
func (v Version) Published() bool {
	return v.Status != "" && v.Status != VersionDraft && v.Status != VersionPreview
}

// Deprecated is true of a version that should no longer, or can no longer, be rolled out.
func (v Version) Deprecated() bool {
	return v.Status == VersionDeprecated || v.Status == VersionRetired
}

// SameChecksum compares two SHA-256 checksums in any spelling, and other checksums as they are.
func SameChecksum(a, b string) bool { return plainChecksum(a) == plainChecksum(b) }

// HashesLikeSHA256 is true of a SHA-256 checksum, which can be compared with that of a file.
func HashesLikeSHA256(checksum string) bool {
	hex := plainChecksum(checksum)
	return len(hex) == 64 && strings.Trim(hex, "0123456789abcdef") == ""
}

func plainChecksum(checksum string) string {
	return strings.TrimPrefix(strings.ToLower(strings.TrimSpace(checksum)), sha256Prefix)
}

// versionKind is the kind of one model's versions.
func versionKind(modelID string) kind[Version] {
	list := listing{operation: "list the versions of the model", path: join("models", modelID, "versions"), key: "versions", pageSize: 100}
	return kind[Version]{
		listing: list, unscoped: true,
		one: func(ctx context.Context, c *Client, version string) (Version, error) {
			return get[Version](ctx, c, "read the version of the model", join("models", modelID, "versions", version), nil)
		},
		id: func(v Version) string { return v.Version },
		answers: answerKeys{
			"version", "status", "format", "storage_path", "checksum", "size_bytes", "description", "metrics", "created_at",
		},
		equal: func(single, listed Version) bool {
			single.ModelID = listed.ModelID
			return reflect.DeepEqual(single, listed)
		},
	}
}

// Version reads one version of a model.
func (c *Client) Version(ctx context.Context, modelID, version string) (Version, error) {
	kind := versionKind(modelID)
	v, err := readDeleted(ctx, c, kind.path+"/"+join(version), func(ctx context.Context) (Version, error) { return kind.read(ctx, c, version) })
	if NotFound(err) {
		if alike, found := c.versionAlike(ctx, modelID, version); found {
			return alike.withModel(modelID), nil
		}
	}
	return v.withModel(modelID), err
}

// HasVersion reports whether a model has a version. It fails where the model does not exist. As a rule, one page of the versions tells both;
// that the model of an empty list exists is asked for, unless the client has just created it, or deleted a version of it.
func (c *Client) HasVersion(ctx context.Context, modelID, version string) (has bool, err error) {
	kind := versionKind(modelID)
	page, err := kind.pages(c).page(ctx, c)
	if err != nil {
		return false, err
	}
	listed := false
	for _, v := range page.Items {
		if err := c.checkModel(ctx, kind.operation, modelID, v.ModelID); err != nil {
			return false, err
		}
		listed = listed || SameFoldedText(v.Version, version)
	}
	switch {
	case listed && !c.recent.isDeleted(kind.path+"/"+join(version)):
		return true, nil
	case listed || page.Next != nil:
		_, err = c.Version(ctx, modelID, version)
		if NotFound(err) {
			return false, nil
		}
		return err == nil, err
	case len(page.Items) == 0 && !c.recent.isNew(join(modelID)) && !c.recent.makesRoom(kind.path):
		if _, err = c.Model(ctx, modelID); NoSuchRoute(err) {
			return false, nil
		}
	}
	return false, err
}

// versionAlike finds a version that does not exist as it is spelled, in the spelling that the server may keep of it: without blanks at its
// ends, with composed letters, or without the case of its letters. A plain version in lower case has no other spelling.
func (c *Client) versionAlike(ctx context.Context, modelID, version string) (Version, bool) {
	if isPlain(version) && FoldedText(version) == version {
		return Version{}, false
	}
	versions, err := c.Versions(ctx, modelID, "")
	i := slices.IndexFunc(versions, func(v Version) bool { return SameFoldedText(v.Version, version) })
	if err != nil || i < 0 {
		return Version{}, false
	}
	return versions[i], true
}

func (v Version) withModel(modelID string) Version {
	v.ModelID = cmp.Or(v.ModelID, modelID)
	return v
}

// Versions lists a model's versions, newest first as the server gives them; status filters them unless it is "".
func (c *Client) Versions(ctx context.Context, modelID, status string) ([]Version, error) {
	query := url.Values{}
	if status != "" {
		query.Set("status", status)
	}
	versions, err := listAll[Version](ctx, c, versionKind(modelID).listing, query)
	for i, v := range versions {
		if err := c.checkModel(ctx, versionKind(modelID).operation, modelID, v.ModelID); err != nil {
			return nil, err
		}
		versions[i] = v.withModel(modelID)
	}
	return versions, err
}

// NewVersion is a version whose artifact is in the server's storage already (CONTRACT.md, section 2).
type NewVersion struct {
	Version     string             `json:"version"`
	StoragePath string             `json:"storage_path"`
	Format      string             `json:"format"`
	Checksum    string             `json:"checksum"`
	SizeBytes   int64              `json:"size_bytes"`
	Description *string            `json:"description,omitempty"`
	Metrics     map[string]float64 `json:"metrics,omitempty"`
}

// RegisterVersion creates a version. When the response is lost, that version is adopted if it is new and has the same artifact.
func (c *Client) RegisterVersion(ctx context.Context, modelID string, n NewVersion) (Version, error) {
	a := adoption[Version]{
		title: "model version", id: func(v Version) string { return modelID + "/" + v.Version }, label: func(v Version) string { return v.Version },
		createdAt: func(v Version) string { return v.CreatedAt },
		matches:   func(v Version) bool { return v.Version != "" }, equal: n.wrote,
	}
	post := func(ctx context.Context) (Version, error) {
		var v Version
		err := c.post(ctx, "register the version of the model", versionKind(modelID).path, n, &v)
		return v.withModel(modelID), err
	}
	begun := time.Now()
	find := func(ctx context.Context) (Version, bool, error) {
		v, err := c.Version(ctx, modelID, n.Version)
		if err != nil && !NotFound(err) {
			return Version{}, false, err
		}
		return a.among(ctx, c, []Version{v}, begun)
	}
	return createOnce(ctx, c, post, find)
}

// wrote is true of a version that has this artifact.
func (n NewVersion) wrote(v Version) bool {
	return v.StoragePath == n.StoragePath && SameChecksum(v.Checksum, n.Checksum) && v.SizeBytes == n.SizeBytes &&
		(v.Format == "" || SameFoldedText(v.Format, n.Format)) && (v.Description == "" || sameTextOrNone(n.Description, v.Description))
}

// PublishVersion makes a version available to devices, which cannot be undone.
func (c *Client) PublishVersion(ctx context.Context, modelID, version string) (Version, error) {
	return c.changeVersion(ctx, "publish the version of the model", modelID, version, "publish", Version.Published)
}

// DeprecateVersion marks a version as one that should no longer be rolled out, which cannot be undone.
func (c *Client) DeprecateVersion(ctx context.Context, modelID, version string) (Version, error) {
	return c.changeVersion(ctx, "deprecate the version of the model", modelID, version, "deprecate", Version.Deprecated)
}

// changeVersion sends one of the verbs and returns the version as it is afterwards. reached reports whether a version already is as
// the verb would make it.
func (c *Client) changeVersion(ctx context.Context, operation, modelID, version, verb string, reached func(Version) bool) (Version, error) {
	post := func(ctx context.Context) (Version, error) {
		r := request{operation: operation, method: http.MethodPost, path: join("models", modelID, "versions", version, verb), body: struct{}{}}
		v, answered, err := sendChange[Version](ctx, c, r, versionKind(modelID).answers)
		if !answered || !reached(v) {
			return Version{}, err
		}
		return v.withModel(modelID), nil
	}
	find := func(ctx context.Context) (Version, bool, error) {
		v, err := c.Version(ctx, modelID, version)
		return v, err == nil && reached(v), err
	}
	changed, err := createOnce(ctx, c, post, find)
	if err != nil || changed.Version != "" {
		return changed, err
	}
	return LookAgain(ctx, func(ctx context.Context) (Version, error) { return c.Version(ctx, modelID, version) },
		func(v Version, err error) bool { return err != nil || reached(v) })
}

// UpdateVersionMetrics writes metrics; others do not change. answered is true where the server has answered the version as it is afterwards.
func (c *Client) UpdateVersionMetrics(
	ctx context.Context, modelID, version string, metrics map[string]float64,
) (v Version, answered bool, err error) {
	v, answered, err = sendChange[Version](ctx, c, request{
		operation: "write the metrics of the version", method: http.MethodPatch, path: join("models", modelID, "versions", version, "metrics"),
		body: map[string]any{"metrics": metrics},
	}, versionKind(modelID).answers)
	return v.withModel(modelID), answered, err
}

// DeleteVersion deletes a version; the server refuses one that a rollout uses. One that was deleted already is not an error.
func (c *Client) DeleteVersion(ctx context.Context, modelID, version string) error {
	const operation = "delete the version of the model"
	err := versionKind(modelID).remove(ctx, c, operation, version)
	if !NotFound(err) {
		return err
	}
	if alike, found := c.versionAlike(ctx, modelID, version); found {
		return versionKind(modelID).delete(ctx, c, operation, alike.Version)
	}
	return nil
}
