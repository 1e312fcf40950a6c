package sandbox

import (
	"embed"
	"io"
	"net/http"
	"path"
	"strings"
	"time"
)

// pageFiles is the page that shows the fleet. It loads nothing from elsewhere.
//
//go:embed page/index.html page/page.css page/page.js page/icon.svg
var pageFiles embed.FS

// pageHeaders are sent with the page, its files and its events. The names of the API may contain anything, so no script runs
// but the page's own, no text becomes HTML, and no other page can show this one.
var pageHeaders = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
		"frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Referrer-Policy":              "no-referrer",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cache-Control":                "no-store",
}

var pageTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

// pages returns the handlers of the page by path (CONTRACT.md 8.6, 8.7). They answer GET and HEAD, need no key and change
// nothing.
func (s *Server) pages() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"/{$}":              servePageFile("index.html"),
		"/sandbox/page.css": servePageFile("page.css"),
		"/sandbox/page.js":  servePageFile("page.js"),
		"/sandbox/icon.svg": servePageFile("icon.svg"),
		"/sandbox/events":   s.streamEvents,
	}
}

func servePageFile(name string) http.HandlerFunc {
	content, err := pageFiles.ReadFile("page/" + name)
	if err != nil {
		panic("sandbox: the page lacks a file: " + err.Error()) // a mistake in pages
	}
	return func(w http.ResponseWriter, r *http.Request) {
		setPageHeaders(w, pageTypes[path.Ext(name)])
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(bodyTimeout)) // a recorder in memory has none
		_, _ = io.Copy(w, strings.NewReader(string(content)))
	}
}

func setPageHeaders(w http.ResponseWriter, kind string) {
	for name, value := range pageHeaders {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Type", kind)
}
