package control

import (
	"strings"
	"testing"
)

// CONTRACT.md 1.1, 1.2
func TestNormalizeURL(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://api.octomil.com":         DefaultURL,
		"https://api.octomil.com/":        DefaultURL,
		"https://api.octomil.com//":       DefaultURL,
		"https://api.octomil.com/v1":      DefaultURL,
		"https://api.octomil.com/v1/":     DefaultURL,
		"https://api.octomil.com/api":     DefaultURL,
		"https://api.octomil.com/api/v1":  DefaultURL,
		"https://api.octomil.com/api/v1/": DefaultURL,
		"https://api.octomil.com?":        DefaultURL,
		"HTTPS://api.octomil.com":         DefaultURL,
		"https://gateway.test/octomil/v1": "https://gateway.test/octomil/api/v1",
		"https://gateway.test:8443/a%2Fb": "https://gateway.test:8443/a%2Fb/api/v1",
		"http://127.0.0.1:8787":           "http://127.0.0.1:8787/api/v1",
		"http://127.8.8.8":                "http://127.8.8.8/api/v1",
		"https://[fe80::1%25en0]:8787/v1": "https://[fe80::1%25en0]:8787/api/v1",
		"http://[::1]:8787":               "http://[::1]:8787/api/v1",
		"http://localhost:8787/api":       "http://localhost:8787/api/v1",
		"http://LocalHost:8787":           "http://LocalHost:8787/api/v1",
	} {
		if got, err := NormalizeURL(raw, false); err != nil || got != want {
			t.Errorf("NormalizeURL(%q) = %q, %v; want %q", raw, got, err, want)
		}
	}
}

// CONTRACT.md 1.3
func TestNormalizeURLRefuses(t *testing.T) {
	t.Parallel()
	for raw, says := range map[string]string{
		"":                                  "Use a URL such as https://api.octomil.com/api/v1",
		"api.octomil.com":                   "Use a URL such as",
		"api.octomil.com:443":               "Use a URL such as",
		"localhost:8787":                    "Use a URL such as",
		"ftp://api.octomil.com":             "Use a URL such as",
		"https://":                          "Use a URL such as",
		"https://:443":                      "Use a URL such as",
		"https:///v1":                       "Use a URL such as",
		"https://h/%zz":                     "Use a URL such as",
		"https://h/?a=b":                    "more than a scheme, a host and a path",
		"https://h/#a":                      "more than a scheme, a host and a path",
		"https://ada:hunter2@h/":            "more than a scheme, a host and a path",
		"ftp://ada:hunter2@h/":              "Use a URL such as",
		"http://api.octomil.com":            "allow_insecure_http",
		"http://localhost.octomil.com":      "allow_insecure_http",
		"http://127.0.0.1.octomil.com:8787": "allow_insecure_http",
		"http://10.0.0.1":                   "allow_insecure_http",
	} {
		got, err := NormalizeURL(raw, false)
		if err == nil {
			t.Errorf("NormalizeURL(%q) = %q; want an error", raw, got)
			continue
		}
		if !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("NormalizeURL(%q) fails with %q; want it to say %q and no password", raw, err, says)
		}
	}
	if got, err := NormalizeURL(" https://api.octomil.com/v1\n", false); err != nil || got != DefaultURL {
		t.Errorf("with blanks around it: %q, %v", got, err)
	}
	if got, err := NormalizeURL("http://api.octomil.com", true); err != nil || got != "http://api.octomil.com/api/v1" {
		t.Errorf("http to another machine with the switch: %q, %v", got, err)
	}
}
