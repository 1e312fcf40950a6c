package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
)

// uploadRoot is where files are sent to. It is outside of the API, as the storage of the real server is.
const uploadRoot = "/uploads/"

// serveUpload receives a file (the control API contract, section 2). The request is in the ledger and meets faults like any
// other, but no limit: it bears no key.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request, token string) {
	v := &visitor{request: r, unlimited: true, match: matched{route: route{operation: "upload file"}}}
	s.attend(w, v, func() answer {
		gone, err := s.receive(r, token)
		switch {
		case gone:
			return answer{}
		case err != nil:
			return answerError(s.options.Dialect, v.entry.RequestID, err)
		default:
			return answer{status: http.StatusOK}
		}
	})
}

// receive counts and hashes the bytes of a file as they come, and keeps none of them. gone is true when they ended too early:
// then nothing has arrived.
func (s *Server) receive(r *http.Request, token string) (gone bool, err error) {
	if r.Method != http.MethodPut {
		return false, &problem{status: http.StatusMethodNotAllowed, code: "method_not_allowed", message: "a file is sent with PUT"}
	}
	if r.Header.Get("Authorization") != "" {
		return false, malformed("the URL of an upload is all that it takes: send no API key to the storage")
	}
	var u *upload
	s.locked(func(w *world) {
		if u = w.uploadAt(token); u == nil {
			err = missing("there is no upload at this URL")
			return
		}
		err = u.open()
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
	s.locked(func(*world) { err = u.store(size, "sha256:"+hex.EncodeToString(hash.Sum(nil))) })
	return false, err
}
