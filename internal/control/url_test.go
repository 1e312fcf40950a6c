package control

import "testing"

func TestNormalizeURL(t *testing.T) {
	for raw, want := range map[string]string{
		"https://api.octomil.com":         DefaultURL,
		"https://api.octomil.com/":        DefaultURL,
		"https://api.octomil.com/v1":      DefaultURL,
		"https://api.octomil.com/api/v1/": DefaultURL,
		"http://127.0.0.1:8787":           "http://127.0.0.1:8787/api/v1",
		"http://localhost:8787/api":       "http://localhost:8787/api/v1",
	} {
		if got, err := NormalizeURL(raw, false); err != nil || got != want {
			t.Errorf("NormalizeURL(%q) = %q, %v; want %q", raw, got, err, want)
		}
	}
	for _, raw := range []string{"api.octomil.com", "ftp://api.octomil.com", "http://api.octomil.com", "https://", "https://h/?a=b"} {
		if got, err := NormalizeURL(raw, false); err == nil {
			t.Errorf("NormalizeURL(%q) = %q; want an error", raw, got)
		}
	}
	if _, err := NormalizeURL("http://api.octomil.com", true); err != nil {
		t.Errorf("http to another machine with the switch: %v", err)
	}
}
