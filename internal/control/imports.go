package control

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

const (
	importPath = "integrations/huggingface/import"
	// importPatience is how long a version is looked for after a lost answer to an import that the server may still be executing.
	importPatience = 5 * time.Minute
)

// Import is a version that the server imports from a repository of Hugging Face (CONTRACT.md, section 2).
type Import struct {
	// RepoID is the owner and the name of the repository, such as "microsoft/phi-4".
	RepoID string
	// Version is the version of the model that the import creates.
	Version string
	// ReferenceOnly leaves the artifact at Hugging Face; otherwise the server stores a copy.
	ReferenceOnly bool
	// ModelName is the name of the model, which exists.
	ModelName string
}

func (i Import) body(org string) any {
	return struct {
		OrgID         string `json:"org_id,omitempty"`
		RepoID        string `json:"repo_id"`
		Version       string `json:"version"`
		ReferenceOnly bool   `json:"reference_only"`
		Name          string `json:"name"`
	}{org, i.RepoID, i.Version, i.ReferenceOnly, i.ModelName}
}

// imported is the answer to an import (CONTRACT.md 2.61).
type imported struct {
	ModelID     flexText          `json:"model_id"`
	Version     flexText          `json:"version"`
	Format      flexText          `json:"format"`
	Files       []json.RawMessage `json:"files"`
	StorageType flexText          `json:"storage_type"`
}

// ImportVersion imports a version of a model that exists. The server may take minutes, so that only ctx limits it. A version that is
// returned with an error has been accepted by the server, which may still be importing it.
func (c *Client) ImportVersion(ctx context.Context, modelID string, i Import) (Version, error) {
	ctx = c.logContext(ctx)
	a := adoption[Version]{
		title: "model version", id: func(v Version) string { return modelID + "/" + v.Version }, label: func(v Version) string { return v.Version },
		createdAt: func(v Version) string { return v.CreatedAt },
		matches:   func(v Version) bool { return v.Version != "" },
		equal:     func(Version) bool { return true }, // it does not say where it is from
	}
	begun, patience, answered := time.Now(), SettleTime, false
	post := func(ctx context.Context) (Version, error) {
		v, err := c.postImport(ctx, modelID, i)
		answered = err == nil
		if patience = SettleTime; mayBeImporting(err) {
			patience = importPatience
		}
		return v, err
	}
	find := func(ctx context.Context) (found Version, ok bool, err error) {
		_, err = lookUntil(ctx, time.Now().Add(patience), func(ctx context.Context) (Version, error) {
			v, err := c.Version(ctx, modelID, i.Version)
			if err != nil && !NotFound(err) {
				return Version{}, err
			}
			found, ok, err = a.among(ctx, c, []Version{v}, begun)
			return found, err
		}, func(_ Version, err error) bool { return ok || err != nil })
		return found, ok, err
	}
	v, err := createOnce(ctx, c, post, find)
	if err != nil || !answered { // one that was found is complete
		return v, err
	}
	return c.awaitImported(ctx, v)
}

// postImport sends the import. Its answer is less than a version.
func (c *Client) postImport(ctx context.Context, modelID string, i Import) (Version, error) {
	var answer imported
	err := c.call(checking(ctx, func(got fields) (asked, answered string) {
		if c.sameModel(ctx, modelID, got["model_id"]) {
			return "", ""
		}
		return fmt.Sprintf("a version of the model %q (%s)", modelID, i.ModelName), fmt.Sprintf("one of the model %q, which may have the version now", got["model_id"])
	}), request{
		operation: "import the version from Hugging Face", method: http.MethodPost, path: importPath, body: i.body(c.orgID), slow: true,
		creates: versionKind(modelID).path,
	}, &answer)
	if err != nil {
		return Version{}, err
	}
	tflog.SubsystemInfo(ctx, logSubsystem, "The server has accepted the import", map[string]any{
		"repo_id": i.RepoID, "version": i.Version, "format": string(answer.Format), "files": len(answer.Files), "storage_type": string(answer.StorageType),
	})
	return Version{ModelID: modelID, Version: i.Version, Format: string(answer.Format)}, nil
}

// mayBeImporting is true of a lost answer after which the server may still be executing the import: what has broken off stands between
// it and the client.
func mayBeImporting(err error) bool {
	return Ambiguous(err) && !HasStatus(err, http.StatusInternalServerError) && !HasStatus(err, http.StatusServiceUnavailable) && !Mismatched(err)
}

// awaitImported reads an imported version, as soon as it exists.
func (c *Client) awaitImported(ctx context.Context, accepted Version) (Version, error) {
	v, err := lookUntil(ctx, time.Now().Add(longestSlow), func(ctx context.Context) (Version, error) {
		return c.Version(ctx, accepted.ModelID, accepted.Version)
	}, func(_ Version, err error) bool { return !NotFound(err) })
	if err != nil {
		return accepted, fmt.Errorf("the server has accepted the import, but the version has not appeared: %w", err)
	}
	return v, nil
}
