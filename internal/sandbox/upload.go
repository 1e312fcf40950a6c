package sandbox

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"path"
	"slices"
	"strings"
)

// upload is the upload of a file for a version: a URL is created, the file is sent, and the client confirms it (CONTRACT.md,
// section 2).
type upload struct {
	model   *model
	version string
	// key identifies the file in the storage; token is the unguessable end of its URL.
	key, token, filename string

	// arrived is true once a whole file was received, of which only the size and checksum are kept.
	arrived  bool
	size     int64
	checksum string

	confirmed bool
}

// modelOfUpload finds the model of an upload. A variant creates one of an unknown name, with what the name alone tells.
func (w *world) modelOfUpload(idOrName string) (*model, error) {
	m, err := w.model(idOrName)
	if err != nil && w.has(UploadCreatesModel) {
		return w.createModel(&model{name: idOrName, framework: "pytorch", useCase: "other"})
	}
	return m, err
}

func (w *world) createUpload(m *model, version, filename string) *upload {
	key := fmt.Sprintf("models/%s/%s/%s/%s", m.id, version, w.nextID("upl"), filename)
	u := &upload{model: m, version: version, key: key, token: rand.Text(), filename: filename}
	w.uploads.add(key, u)
	return u
}

// uploadByToken finds an upload by the token of its URL, nil for none.
func (w *world) uploadByToken(token string) *upload {
	i := slices.IndexFunc(w.uploads.all, func(u *upload) bool { return u.token == token })
	if i < 0 {
		return nil
	}
	return w.uploads.all[i]
}

// checkUnconfirmed rejects a file for a confirmed upload. Until then it may be sent again.
func (u *upload) checkUnconfirmed() error {
	if u.confirmed {
		return conflict("the upload has already been confirmed")
	}
	return nil
}

// store records a whole file.
func (u *upload) store(size int64, checksum string) error {
	if err := u.checkUnconfirmed(); err != nil {
		return err
	}
	u.arrived, u.size, u.checksum = true, size, checksum
	return nil
}

// confirmation is what a client states about an uploaded file.
type confirmation struct {
	version, description string
	size                 int64
}

// confirmUpload creates a version from an upload if the file has the stated size.
func (w *world) confirmUpload(m *model, u *upload, c confirmation) (*version, error) {
	switch {
	case u.confirmed:
		return nil, conflict("storage_key %s has already been confirmed", u.key)
	case u.model != m || u.version != c.version:
		return nil, invalid("storage_key", "storage_key %s belongs to another version", u.key)
	case !u.arrived:
		return nil, invalid("storage_key", "no file was uploaded to storage_key %s", u.key)
	case u.size != c.size:
		return nil, invalid("file_size", "file_size is %d, but %d bytes were uploaded", c.size, u.size)
	}
	v := &version{
		version: c.version, status: draft, format: formatOf(u.filename), storagePath: u.key, checksum: u.checksum,
		sizeBytes: u.size, description: c.description,
	}
	if err := w.createVersion(m, v); err != nil {
		return nil, err
	}
	u.confirmed = true
	return v, nil
}

// formatOf is the format of an artifact by its filename.
func formatOf(filename string) string {
	extension := strings.TrimPrefix(strings.ToLower(path.Ext(filename)), ".")
	switch extension {
	case "mlmodel", "mlpackage", "mlmodelc":
		return "coreml"
	default:
		return cmp.Or(extension, "unknown")
	}
}
