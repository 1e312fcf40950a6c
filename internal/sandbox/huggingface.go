package sandbox

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// repository is a repository of Hugging Face as the sandbox simulates it: everything follows from its ID (CONTRACT.md, section 2).
type repository struct {
	id, format string
	files      []string
	sizeBytes  int64
	checksum   string
}

// findRepository finds a repository by `owner/name`. Every one exists, except those whose name contains "missing". One whose name
// contains "gguf" has an artifact in that format, all others have safetensors.
func findRepository(id string) (*repository, error) {
	owner, name, ok := strings.Cut(id, "/")
	if !ok || owner == "" || name == "" || strings.Contains(name, "/") {
		return nil, invalid("repo_id", "repo_id must be the owner and the name of a repository, such as microsoft/phi-4")
	}
	if strings.Contains(strings.ToLower(name), "missing") {
		missing := notFound("repository %q was not found on Hugging Face", id)
		missing.field = "repo_id"
		return nil, missing
	}
	sum := sha256.Sum256([]byte(id))
	r := &repository{
		id: id, format: "safetensors", files: []string{"config.json", "model.safetensors", "tokenizer.json"},
		sizeBytes: 1<<30 + int64(binary.BigEndian.Uint32(sum[:4])), checksum: "sha256:" + hex.EncodeToString(sum[:]),
	}
	if strings.Contains(strings.ToLower(name), "gguf") {
		r.format, r.files = "gguf", []string{"README.md", name + ".gguf"}
	}
	return r, nil
}

// storageType is where the artifact of an import is.
func storageType(referenceOnly bool) string {
	if referenceOnly {
		return "reference"
	}
	return "stored"
}

// importVersion creates a version from a repository, and the model where there is none of that name. The server has no checksum of an
// artifact that it does not store.
func (w *world) importVersion(name, useCase, description, number string, r *repository, referenceOnly bool) (*model, *version, error) {
	v := &version{version: number, status: draft, format: r.format, sizeBytes: r.sizeBytes}
	v.storagePath = "hf://" + r.id
	if !referenceOnly {
		v.storagePath, v.checksum = "models/huggingface/"+r.id+"/"+number, r.checksum
	}
	m, known := w.modelByName[name]
	if !known {
		var err error
		if m, err = w.createModel(&model{name: name, framework: "pytorch", useCase: useCase, description: description}); err != nil {
			return nil, nil, err
		}
	}
	return m, v, w.createVersion(m, v)
}
