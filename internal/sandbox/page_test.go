package sandbox

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The page, its files and its events need no key, change nothing, and let the browser run nothing but the page's own script.
//
// CONTRACT.md 8.6
func TestPage(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	limited, cancel := context.WithTimeout(t.Context(), 10*time.Second) // a stream does not end by itself
	defer cancel()
	noKey := func(r *http.Request) {
		r.Header.Del("Authorization")
		*r = *r.WithContext(limited)
	}
	for path, kind := range map[string]string{
		"/": "text/html", "/sandbox/page.css": "text/css", "/sandbox/page.js": "text/javascript", "/sandbox/icon.svg": "image/svg+xml",
	} {
		rec := h.raw("GET", path, "", noKey)
		if got := rec.Header().Get("Content-Type"); rec.Code != 200 || !strings.HasPrefix(got, kind) || rec.Body.Len() == 0 {
			t.Errorf("GET %s: %d, %q with %d bytes; want %s", path, rec.Code, got, rec.Body.Len(), kind)
		}
		for _, foreign := range regexp.MustCompile(`(?i)(https?:)?//[\w.-]+\.\w+`).FindAllString(rec.Body.String(), -1) {
			if foreign != "http://www.w3.org" { // the namespace of SVG
				t.Errorf("%s names another site: %s", path, foreign)
			}
		}
	}
	for path := range h.pages() {
		path = strings.TrimSuffix(path, "{$}")
		head := h.raw("HEAD", path, "", noKey)
		if head.Code != 200 {
			t.Errorf("HEAD %s: %d", path, head.Code)
		}
		policy := head.Header().Get("Content-Security-Policy")
		for _, directive := range []string{
			"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'",
			"form-action 'none'", "require-trusted-types-for 'script'",
		} {
			if !strings.Contains("; "+policy+";", "; "+directive+";") {
				t.Errorf("%s: the policy %q lacks %s", path, policy, directive)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
			t.Errorf("%s: the policy allows too much: %s", path, policy)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Cache-Control": "no-store",
		} {
			if got := head.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
			if rec := h.raw(method, path, "", noKey); rec.Code != http.StatusMethodNotAllowed || rec.Header().Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: %d, Allow %q", method, path, rec.Code, rec.Header().Get("Allow"))
			}
		}
	}
	if n := len(h.Ledger()); n > 0 {
		t.Errorf("the page left %d entries in the ledger", n)
	}
}

// Content-Security-Policy blocks scripts and styles within the HTML, so there are none.
func TestPageHasNoInlineCode(t *testing.T) {
	t.Parallel()
	html, err := pageFiles.ReadFile("page/index.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, inline := range []string{`<script>`, `<script[^>]*>[^<]`, `<style`, `\sstyle=`, `\son\w+=`, `javascript:`} {
		if found := regexp.MustCompile(inline).Find(html); found != nil {
			t.Errorf("the page has %q", found)
		}
	}
	script, err := pageFiles.ReadFile("page/page.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, sink := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "DOMParser"} {
		if strings.Contains(string(script), sink) {
			t.Errorf("the script uses %s", sink)
		}
	}
}
