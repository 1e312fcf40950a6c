package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
)

// uploadRoot is the path that files are sent to, outside of the API like the storage of the real server.
const uploadRoot = "/uploads/"

// uploadOperation is the operation of such a request in the ledger.
const uploadOperation = "upload file"

func (a *api) createUpload(c *call) (any, error) {
	form, err := c.form()
	if err != nil {
		return nil, err
	}
	version, err := requireField(form, "version")
	if err != nil {
		return nil, err
	}
	filename, err := requireField(form, "filename")
	if err != nil {
		return nil, err
	}
	m, err := a.world.modelOfUpload(c.pathValue("model"))
	if err != nil {
		return nil, err
	}
	u := a.world.createUpload(m, version, path.Base(filename))
	at := url.URL{Scheme: "http", Host: c.request.Host, Path: uploadRoot + u.token}
	return map[string]string{"upload_url": at.String(), "storage_key": u.key}, nil
}

func (a *api) confirmUpload(c *call) (any, error) {
	m, err := a.world.model(c.pathValue("model"))
	if err != nil {
		return nil, err
	}
	form, err := c.form()
	if err != nil {
		return nil, err
	}
	version, err := requireField(form, "version")
	if err != nil {
		return nil, err
	}
	key, err := requireField(form, "storage_key")
	if err != nil {
		return nil, err
	}
	size, err := strconv.ParseInt(form.Get("file_size"), 10, 64)
	if err != nil || size < 0 {
		return nil, invalid("file_size", "file_size is required and must be a non-negative integer")
	}
	u, err := a.world.uploads.find(key)
	if err != nil {
		return nil, invalid("storage_key", "storage_key %q was not found", key)
	}
	v, err := a.world.confirmUpload(m, u, confirmation{version, form.Get("description"), size})
	if err != nil {
		return nil, err
	}
	return struct {
		versionView
		Formats map[string]string `json:"formats"`
	}{viewVersion(m)(v), map[string]string{v.format: v.storagePath}}, nil
}

// serveUpload receives a file (CONTRACT.md, section 2). It has a ledger entry and faults as any other request, but no rate
// limit, because it has no key.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request, token string) {
	x := &exchange{request: r, unlimited: true, match: routeMatch{route: route{operation: uploadOperation}}}
	s.respond(w, x, func() response {
		disconnected, err := s.receiveFile(r, token)
		switch {
		case disconnected:
			return response{}
		case err != nil:
			return errorResponse(s.options.Dialect, x.entry.RequestID, err)
		default:
			return response{status: http.StatusOK}
		}
	})
}

// receiveFile counts and hashes the bytes of a file and discards them. disconnected is true if the client ended the request
// early; then the upload is unchanged.
func (s *Server) receiveFile(r *http.Request, token string) (disconnected bool, err error) {
	if r.Method != http.MethodPut {
		return false, &apiError{status: http.StatusMethodNotAllowed, code: "method_not_allowed", message: "the file must be sent with PUT"}
	}
	if r.Header.Get("Authorization") != "" {
		return false, badRequest("the upload URL needs no authorization; do not send the API key to the storage")
	}
	var u *upload
	s.withWorld(func(w *world) {
		if u = w.uploadByToken(token); u == nil {
			err = notFound("no upload was found at this URL")
			return
		}
		err = u.checkUnconfirmed()
	})
	if err != nil {
		return false, err
	}
	hash := sha256.New()
	// Without the lock, so that a large file does not block the simulation.
	size, err := io.Copy(hash, r.Body)
	if err != nil {
		return true, nil // the client disconnected and cannot receive an error
	}
	s.withWorld(func(*world) { err = u.store(size, "sha256:"+hex.EncodeToString(hash.Sum(nil))) })
	return false, err
}
