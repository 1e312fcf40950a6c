package control

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// NormalizeURL turns what a user configures into the root of the API: a bare host, or one that ends in /v1 or /api/v1, with or
// without a slash, all mean <host>/api/v1 (CONTRACT.md, section 1). It refuses a URL without a scheme or host, any scheme but http
// and https, and http to another machine unless insecure is true.
func NormalizeURL(raw string, insecure bool) (string, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return "", fmt.Errorf("%q is not a URL with a scheme and a host. Use a URL such as %s", displayURL(raw, u), DefaultURL)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("%q contains more than a scheme, a host and a path. Use a URL such as %s", u.Redacted(), DefaultURL)
	}
	if u.Scheme == "http" && !insecure && !loopback(u.Hostname()) {
		return "", fmt.Errorf("%q would send the API key in clear text to another machine. Use https://, or set "+
			"`allow_insecure_http = true` if you trust the network in between", raw)
	}
	path := strings.TrimRight(u.EscapedPath(), "/")
	path = strings.TrimSuffix(path, "/v1")
	path = strings.TrimSuffix(path, "/api")
	root := url.URL{Scheme: u.Scheme, Host: u.Host}
	return root.String() + path + "/api/v1", nil
}

// displayURL is a refused URL as an error quotes it: without the password, even where it cannot be parsed.
func displayURL(raw string, u *url.URL) string {
	if u != nil && u.User != nil {
		return u.Redacted()
	}
	if at := strings.LastIndexByte(raw, '@'); at >= 0 {
		return "…" + raw[at:]
	}
	return raw
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
