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

// uploadRoot is where files are sent to. It is outside of the API, as the storage of the real server is.
const uploadRoot = "/uploads/"

func (a *api) createUpload(c *call) (any, error) {
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
	filename, err := requireField(form, "filename")
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
		return nil, invalid("file_size", "file_size is required and must be a whole number of bytes")
	}
	u, err := a.world.uploads.find(key)
	if err != nil {
		return nil, invalid("storage_key", "storage_key %q is not known", key)
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

// serveUpload receives a file (the control API contract, section 2). The request is in the ledger and meets faults like any
// other, but no limit: it bears no key.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request, token string) {
	x := &exchange{request: r, unlimited: true, match: routeMatch{route: route{operation: "upload file"}}}
	s.respond(w, x, func() response {
		gone, err := s.receiveFile(r, token)
		switch {
		case gone:
			return response{}
		case err != nil:
			return errorResponse(s.options.Dialect, x.entry.RequestID, err)
		default:
			return response{status: http.StatusOK}
		}
	})
}

// receive counts and hashes the bytes of a file as they come, and keeps none of them. gone is true when they ended too early:
// then nothing has arrived.
func (s *Server) receiveFile(r *http.Request, token string) (gone bool, err error) {
	if r.Method != http.MethodPut {
		return false, &apiError{status: http.StatusMethodNotAllowed, code: "method_not_allowed", message: "a file is sent with PUT"}
	}
	if r.Header.Get("Authorization") != "" {
		return false, badRequest("the URL of an upload is all that it takes: send no API key to the storage")
	}
	var u *upload
	s.withWorld(func(w *world) {
		if u = w.uploadByToken(token); u == nil {
			err = notFound("there is no upload at this URL")
			return
		}
		err = u.checkUnconfirmed()
	})
	if err != nil {
		return false, err
	}
	hash := sha256.New()
	// Without the lock: a large file does not hold up the fleet.
	size, err := io.Copy(hash, r.Body)
	if err != nil {
		return true, nil // the client has gone, so nobody is there to be told
	}
	s.withWorld(func(*world) { err = u.store(size, "sha256:"+hex.EncodeToString(hash.Sum(nil))) })
	return false, err
}
