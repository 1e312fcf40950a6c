package sandbox

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// The sandbox listens on loopback, where the browser of the same machine reaches it, too: on behalf of any page that is open, and by
// any name that the page's owner lets lead to 127.0.0.1. Neither may use it (CONTRACT.md 8.4, 8.5).

const (
	// maxRequestBody is the maximum size of a request body, in bytes.
	maxRequestBody = 16 << 20
	// headerTimeout, bodyTimeout and idleTimeout limit how long a client may take for a header, how long it may take for a body or, of an
	// upload and of a response, between two parts of it, and how long a connection may be idle.
	headerTimeout = 10 * time.Second
	bodyTimeout   = 30 * time.Second
	idleTimeout   = 2 * time.Minute
)

// newWebServer returns the server of a sandbox on a network.
func newWebServer(s *Server) *http.Server {
	return &http.Server{Handler: s, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: 64 << 10}
}

// checkCaller refuses a request to a host that is not this machine, one of a page that is not from this machine, and one that any page
// may send without asking first.
func checkCaller(r *http.Request) error {
	if !isLoopbackHost(r.Host) {
		return forbidden("the sandbox answers on localhost, 127.0.0.1 and [::1] only, not as %q", r.Host)
	}
	for _, origin := range r.Header.Values("Origin") {
		if at, err := url.Parse(origin); err != nil || !isLoopbackHost(at.Host) {
			return forbidden("the sandbox answers no page of %q", origin)
		}
	}
	if r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		return forbidden("the sandbox answers no page of another site")
	}
	if r.Method == http.MethodPost && r.Header.Get("Authorization") == "" && isSimple(r) {
		return &apiError{
			status: http.StatusUnsupportedMediaType, code: "unsupported_media_type",
			message: "a POST without an API key needs the header Content-Type: application/json",
		}
	}
	return nil
}

func forbidden(format string, args ...any) *apiError {
	return &apiError{status: http.StatusForbidden, code: "forbidden", message: fmt.Sprintf(format, args...)}
}

// isSimple is true of a body that a browser sends to another site without asking it first: that of a form, or a plain text.
func isSimple(r *http.Request) bool {
	header := r.Header.Get("Content-Type")
	if header == "" {
		return r.ContentLength != 0
	}
	kind, _, err := mime.ParseMediaType(header)
	return err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json")
}

func isLoopbackHost(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = strings.Trim(address, "[]")
	}
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// limitedBody is the body of a request within its limits of size and time.
func limitedBody(w http.ResponseWriter, r *http.Request) io.ReadCloser {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout)) // a recorder in memory has none
	return http.MaxBytesReader(w, r.Body, maxRequestBody)
}

// endOfBody ends the time limit of a body. Otherwise the request would end with it, whatever it waits for.
func endOfBody(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
}

// timedBody is the body of an upload: it may be of any size, as long as it goes on.
type timedBody struct {
	io.ReadCloser
	connection *http.ResponseController
}

func (b timedBody) Read(p []byte) (int, error) {
	_ = b.connection.SetReadDeadline(time.Now().Add(bodyTimeout))
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.connection.SetReadDeadline(time.Time{})
	}
	return n, err
}

// bodyError is the answer to a body that could not be read.
func bodyError(err error) *apiError {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return &apiError{
			status: http.StatusRequestEntityTooLarge, code: "payload_too_large", message: fmt.Sprintf("a request body has at most %d bytes", large.Limit),
		}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &apiError{status: http.StatusRequestTimeout, code: "request_timeout", message: "the request body did not arrive in time"}
	}
	return badRequest("the request body ended early")
}

// refuseUnread answers a request whose body is not read, and ends its connection.
func refuseUnread(w http.ResponseWriter, resp response) {
	writeResponse(w, map[string]string{"Connection": "close"}, resp)
}
