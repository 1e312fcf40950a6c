package sandbox

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"path"
	"slices"
	"strings"
)

// upload is the way of one file to a version: its URL is handed out, the bytes arrive, and the client confirms them (the control
// API contract, section 2).
type upload struct {
	model   *model
	version string
	// key names the file in the storage; token, which cannot be guessed, is what its URL ends in.
	key, token, filename string

	// arrived is true once a whole file was stored, of which only the size and the checksum are kept.
	arrived  bool
	size     int64
	checksum string

	confirmed bool
}

func (w *world) createUpload(m *model, version, filename string) *upload {
	key := fmt.Sprintf("models/%s/%s/%s/%s", m.id, version, w.nextID("upl"), filename)
	u := &upload{model: m, version: version, key: key, token: rand.Text(), filename: filename}
	w.uploads.add(key, u)
	return u
}

// uploadAt finds an upload by the token of its URL, nil for none.
func (w *world) uploadByToken(token string) *upload {
	i := slices.IndexFunc(w.uploads.all, func(u *upload) bool { return u.token == token })
	if i < 0 {
		return nil
	}
	return w.uploads.all[i]
}

// open refuses a file for what is confirmed. Until then it may be sent again.
func (u *upload) checkUnconfirmed() error {
	if u.confirmed {
		return conflict("the upload is confirmed already")
	}
	return nil
}

// store takes over a whole file.
func (u *upload) store(size int64, checksum string) error {
	if err := u.checkUnconfirmed(); err != nil {
		return err
	}
	u.arrived, u.size, u.checksum = true, size, checksum
	return nil
}

// claim is what a client says of a file that it has sent.
type confirmation struct {
	version, description string
	size                 int64
}

// confirm makes a version of an upload whose file has the size that the client says.
func (w *world) confirmUpload(m *model, u *upload, c confirmation) (*version, error) {
	switch {
	case u.confirmed:
		return nil, conflict("storage_key %s was confirmed already", u.key)
	case u.model != m || u.version != c.version:
		return nil, invalid("storage_key", "storage_key %s belongs to another version", u.key)
	case !u.arrived:
		return nil, invalid("storage_key", "nothing was uploaded to storage_key %s", u.key)
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

// formatOf tells the format of an artifact by the name of its file.
func formatOf(filename string) string {
	extension := strings.TrimPrefix(strings.ToLower(path.Ext(filename)), ".")
	switch extension {
	case "mlmodel", "mlpackage", "mlmodelc":
		return "coreml"
	default:
		return cmp.Or(extension, "unknown")
	}
}
