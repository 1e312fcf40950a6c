package control

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// storageTransport sends files to a storage. Where no proxy makes the connection, it checks the address that the host of the URL
// resolves to: a name can lead anywhere (CONTRACT.md 2.52).
type storageTransport struct {
	proxy func(*http.Request) (*url.URL, error)
	// proxied makes connections through a proxy, direct those without one.
	proxied, direct http.RoundTripper
}

func newStorageTransport(base *http.Transport, hosts storageHosts) *storageTransport {
	direct := base.Clone()
	direct.Proxy = nil
	direct.DialContext = checkedDialer(hosts).DialContext
	return &storageTransport{proxy: base.Proxy, proxied: base, direct: direct}
}

// RoundTrip implements http.RoundTripper.
func (t *storageTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.proxy != nil {
		if through, err := t.proxy(req); err != nil || through != nil {
			return t.proxied.RoundTrip(req)
		}
	}
	return t.direct.RoundTrip(req)
}

// checkedDialer connects to the hosts that a storage may have. Its times are those of http.DefaultTransport.
func checkedDialer(hosts storageHosts) *net.Dialer {
	return &net.Dialer{
		Timeout: 30 * time.Second, KeepAlive: 30 * time.Second,
		Control: func(_, address string, _ syscall.RawConn) error {
			resolved, err := netip.ParseAddrPort(address)
			if err != nil {
				return &forbiddenHostError{fmt.Sprintf("%q is no address", address)}
			}
			return hosts.checkAddress(resolved.Addr())
		},
	}
}
