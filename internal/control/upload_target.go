package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// uploadTarget is where a file is uploaded to. The URL grants write access, so errors and logs show only its host.
type uploadTarget struct {
	url *url.URL
	// key is the server's name for it.
	key string
}

func (t *uploadTarget) UnmarshalJSON(data []byte) error {
	var wire struct {
		UploadURL  flexText `json:"upload_url"`
		StorageKey flexText `json:"storage_key"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	parsed, err := url.Parse(string(wire.UploadURL))
	if err != nil || wire.UploadURL == "" || wire.StorageKey == "" {
		return errors.New("an upload target without upload_url or storage_key") // the parser's error would quote the URL
	}
	*t = uploadTarget{url: parsed, key: string(wire.StorageKey)}
	return nil
}

// checkUploadTarget refuses a URL that the control plane must not send a file to (CONTRACT.md 2.45, 2.52). What a name resolves to
// shows only when the connection is made: see checkedDialer.
func (c *Client) checkUploadTarget(t uploadTarget) error {
	host := t.url.Hostname()
	switch {
	case host == "" || t.url.Scheme != "http" && t.url.Scheme != "https":
		return errors.New("could not upload the file: the server returned an upload URL that is not an HTTP URL")
	case t.url.User != nil:
		return fmt.Errorf("could not upload the file: the server returned an upload URL for %s with a user name or a password, which is not sent", t.url.Host)
	}
	if err := c.storageHosts().check(host); err != nil {
		return fmt.Errorf("could not upload the file: the server returned an upload URL for %s, and %w", t.url.Host, err)
	}
	if t.url.Scheme == "http" && !c.insecure && !loopback(host) {
		return fmt.Errorf("could not upload the file: the upload URL at http://%s would send the file in clear text to another machine. "+
			"Set `allow_insecure_http = true` if you trust the network in between", t.url.Host)
	}
	return nil
}

// storageHosts are the hosts that a storage may have.
type storageHosts struct {
	// loopback is true where this machine is one of them, because the control plane itself is on it.
	loopback bool
}

func (c *Client) storageHosts() storageHosts {
	return storageHosts{loopback: loopback(c.base.Hostname())}
}

// forbiddenHostError is a host that no file is sent to.
type forbiddenHostError struct{ why string }

func (e *forbiddenHostError) Error() string { return e.why }

// metadataNames are those under which clouds give a machine its credentials.
var metadataNames = []string{"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"}

// check refuses a host by its name or its address.
func (h storageHosts) check(host string) error {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if address, err := netip.ParseAddr(host); err == nil {
		return h.checkAddress(address)
	}
	switch last := host[strings.LastIndexByte(host, '.')+1:]; {
	case slices.Contains(metadataNames, host):
		return &forbiddenHostError{"that is the metadata service of a cloud, which no file is sent to"}
	case last == "localhost":
		return h.checkAddress(netip.IPv6Loopback())
	case last == "" || strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x"): // 127.1, which some resolvers take for an address
		return &forbiddenHostError{"that is not the usual form of an address"}
	}
	return nil
}

// metadataAddresses are those of metadata services that are not link-local.
var metadataAddresses = []netip.Addr{
	netip.MustParseAddr("fd00:ec2::254"), netip.MustParseAddr("100.100.100.200"),
	netip.MustParseAddr("192.0.0.192"), netip.MustParseAddr("168.63.129.16"),
}

func (h storageHosts) checkAddress(address netip.Addr) error {
	address = innerAddress(address.WithZone(""))
	switch {
	case address.IsLinkLocalUnicast() || address.IsMulticast() || slices.Contains(metadataAddresses, address):
		return &forbiddenHostError{fmt.Sprintf("%s is a link-local or multicast address or that of a metadata service, which no file is sent to", address)}
	case !h.loopback && (address.IsLoopback() || address.IsUnspecified() || thisNetwork.Contains(address)):
		return &forbiddenHostError{fmt.Sprintf("%s is an address of this machine. A file is sent to it only where the control plane is on "+
			"this machine: `api_url` is not", address)}
	}
	return nil
}

// thisNetwork reaches this machine on some systems, as 0.0.0.0 does on all.
var thisNetwork = netip.MustParsePrefix("0.0.0.0/8")

// The IPv6 addresses that stand for an IPv4 address, by the byte in which that begins: NAT64, 6to4, and the old compatible form.
var embeddings = map[netip.Prefix]int{
	netip.MustParsePrefix("64:ff9b::/96"): 12, netip.MustParsePrefix("2002::/16"): 2, netip.MustParsePrefix("::/96"): 12,
}

// innerAddress is the IPv4 address that an IPv6 address leads to, if it leads to one.
func innerAddress(address netip.Addr) netip.Addr {
	address = address.Unmap()
	if address.Is4() || address.IsLoopback() || address.IsUnspecified() {
		return address
	}
	for prefix, at := range embeddings {
		if prefix.Contains(address) {
			whole := address.As16()
			return netip.AddrFrom4([4]byte(whole[at : at+4]))
		}
	}
	return address
}

// publicParameters are the query parameters of signed URLs whose values grant nothing, in lower case. All others are secrets.
var publicParameters = []string{
	"algorithm", "credential", "date", "expires", "signedheaders", // X-Amz-… and X-Goog-…
	"awsaccesskeyid", "googleaccessid", "key-pair-id", "partnumber", "x-id", "response-content-type", "response-content-disposition",
	"se", "st", "sp", "sv", "sr", "spr", "sip", "ske", "skt", "sks", "skv", // of a shared access signature
}

// masked masks what grants access to the URL: the URL, its path and its query, and the signatures in it, also parts of those.
func (t uploadTarget) masked(text string) string {
	for _, secret := range t.wholeSecrets() {
		text = redact(text, secret)
	}
	return t.signatures().masked(text)
}

// wholeSecrets are the parts of the URL that are masked where they occur as a whole.
func (t uploadTarget) wholeSecrets() []string {
	parts := []string{t.url.String(), t.url.RequestURI(), t.url.RawQuery, t.url.EscapedPath()}
	parts = append(parts, strings.Split(t.url.Path, "/")...)
	for _, values := range t.url.Query() {
		parts = append(parts, values...)
	}
	// Shorter ones are ordinary words and numbers.
	return slices.DeleteFunc(parts, func(part string) bool { return len(part) < 8 })
}

// signatures recognizes the secret values of the query, and a token in the path.
func (t uploadTarget) signatures() fragments {
	found := fragments{}
	for _, pair := range strings.FieldsFunc(t.url.RawQuery, func(r rune) bool { return r == '&' || r == ';' }) {
		name, value, valued := strings.Cut(pair, "=")
		if !valued {
			value = name
		}
		name, _ = url.QueryUnescape(name)
		name = strings.ToLower(name)
		name = strings.TrimPrefix(strings.TrimPrefix(name, "x-amz-"), "x-goog-")
		if slices.Contains(publicParameters, name) {
			continue
		}
		found.add(value)
		if plain, err := url.QueryUnescape(value); err == nil && plain != value {
			found.add(plain)
		}
	}
	for _, segment := range strings.Split(t.url.Path, "/") {
		if isToken(segment) {
			found.add(segment)
		}
	}
	return found
}

// isToken is true of a long text of letters and digits, which no name is.
func isToken(segment string) bool {
	word := strings.ContainsFunc(segment, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	return len(segment) >= 16 && !word && strings.ContainsAny(segment, "0123456789")
}
