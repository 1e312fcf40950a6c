package control

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"pgregory.net/rapid"
)

// A control plane sends no file to this machine, unless it is on it, and never to what no storage is: not even one that allows clear text.
//
// CONTRACT.md 2.52
func TestHostsOfUploads(t *testing.T) {
	t.Parallel()
	const remote, here, never = "remote", "here", "never"
	for host, allowed := range map[string]string{
		"storage.test": remote, "10.0.0.9": remote, "192.168.1.2:9000": remote, "[2001:db8::1]": remote, "minio": remote, "s3.0x.test": remote,
		"127.0.0.1": here, "127.1.2.3:80": here, "localhost": here, "LOCALHOST:9": here, "localhost.": here, "a.localhost": here, "[::1]": here,
		"0.0.0.0": here, "[::]": here, "0.1.2.3": here, "[::ffff:127.0.0.1]": here, "[::ffff:7f00:1]": here, "[64:ff9b::7f00:1]": here, "[2002:7f00:1::]": here, "[::127.0.0.1]": here,
		"127.1": never, "2130706433": never, "0x7f000001": never, "0177.0.0.0x1": never, "1.2.3.4.5": never,
		"169.254.169.254": never, "169.254.0.1:80": never, "[fe80::1]": never, "[fe80::1%25eth0]": never, "[::ffff:169.254.169.254]": never,
		"[64:ff9b::a9fe:a9fe]": never, "[fd00:ec2::254]": never, "100.100.100.200": never, "metadata.google.internal": never, "METADATA": never, "metadata.goog.": never,
		"224.0.0.1": never, "[ff02::1]": never, "": never, "user:pw@storage.test": never, "user@storage.test": never, "user:pw@127.0.0.1": never,
	} {
		for base, from := range map[string]string{"https://octomil.test/api/v1": remote, "http://127.0.0.1:8787/api/v1": here, "http://localhost/api/v1": here} {
			for _, scheme := range []string{"https", "http", "ftp", "file", "gopher"} {
				t.Run(fmt.Sprintf("%s://%s from %s", scheme, host, base), func(t *testing.T) {
					t.Parallel()
					parsed, err := url.Parse(scheme + "://" + host + "/b?sig=" + signature)
					if err != nil {
						t.Fatal(err)
					}
					c := opened(t, Config{BaseURL: base, APIKey: testKey, AllowInsecureHTTP: true})
					err = c.checkUploadTarget(uploadTarget{url: parsed, key: "k"})
					want := (scheme == "https" || scheme == "http") && (allowed == remote || allowed == from)
					if (err == nil) != want {
						t.Errorf("the error is %v; want an allowed address: %t", err, want)
					}
					if text := fmt.Sprint(err); strings.Contains(text, signature) || strings.Contains(text, "pw") {
						t.Errorf("the error quotes a secret: %s", text)
					}
				})
			}
		}
	}
}

// What a name resolves to is checked when the connection is made, and such a refusal is final.
//
// CONTRACT.md 2.52
func TestANameThatLeadsToThisMachine(t *testing.T) {
	t.Parallel()
	var reached atomic.Int64
	storage := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(storage.Close)
	_, port, err := net.SplitHostPort(storage.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	u := artifact(t, "x")
	for base, want := range map[string]int64{"https://octomil.test/api/v1": 0, "http://127.0.0.1/api/v1": 1} {
		reached.Store(0)
		c := opened(t, Config{BaseURL: base, APIKey: testKey, MaxRetries: 3})
		transport, ok := c.storage.Transport.(*storageTransport)
		if !ok {
			t.Fatalf("files are sent by a %T", c.storage.Transport)
		}
		transport.proxy = nil
		// The host passes for another machine until it is resolved.
		target := uploadTarget{url: &url.URL{Scheme: "http", Host: "localhost:" + port, Path: "/b"}, key: "k"}
		left := 3
		_, err := c.sendFile(t.Context(), target, u, &left)
		if (err == nil) != (want > 0) || reached.Load() != want || left != 3 {
			t.Errorf("from %s: %d requests arrived, %d retries are left, the error is %v", base, reached.Load(), left, err)
		}
		if want == 0 {
			mustContain(t, fmt.Sprint(err), "an address of this machine")
		}
		transport.direct.(*http.Transport).CloseIdleConnections() //nolint:forcetypeassert // newStorageTransport makes no other
	}
}

// A proxy makes the connection by itself, so its own address may be any.
func TestUploadsThroughAProxyOnThisMachine(t *testing.T) {
	t.Parallel()
	var asked atomic.Value
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked.Store(r.URL.Host) }))
	t.Cleanup(proxy.Close)
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	base, err := baseTransport(nil)
	if err != nil {
		t.Fatal(err)
	}
	base.Proxy = http.ProxyURL(at)
	t.Cleanup(base.CloseIdleConnections)
	c := opened(t, Config{BaseURL: "https://octomil.test/api/v1", APIKey: testKey})
	c.storage.Transport = newStorageTransport(base, c.storageHosts())
	left := 0
	target := uploadTarget{url: &url.URL{Scheme: "http", Host: "storage.test", Path: "/b"}, key: "k"}
	if _, err := c.sendFile(t.Context(), target, artifact(t, "x"), &left); err != nil || asked.Load() != "storage.test" {
		t.Errorf("the proxy was asked for %v, the error is %v", asked.Load(), err)
	}
}

// Wherever a storage or the control plane repeats the address of an upload, whole or in part and in whichever spelling, neither an
// error nor a log has that part.
//
// CONTRACT.md 2.44
func TestNoPartOfASignatureIsQuoted(t *testing.T) {
	t.Parallel()
	names := []string{"X-Amz-Signature", "sig", "X-Goog-Signature", "token", "X-Amz-Security-Token", "Signature", "whatever", "Policy"}
	spell := map[string]func(string) string{
		"as it is": func(s string) string { return s }, "a query": url.QueryEscape, "a path": url.PathEscape,
		"upper case": strings.ToUpper, "JSON": func(s string) string { return strings.ReplaceAll(s, "/", `\/`) },
	}
	u := artifact(t, "the weights")
	rapid.Check(t, func(r *rapid.T) {
		secret := rapid.StringMatching(`[a-f0-9]{64}|[A-Za-z0-9+/]{43}=`).Draw(r, "signature")
		from := rapid.IntRange(0, len(secret)-shortestPart).Draw(r, "from")
		to := rapid.IntRange(from+shortestPart, len(secret)).Draw(r, "to")
		part := secret[from:to]
		echo := spell[rapid.SampledFrom([]string{"as it is", "a query", "a path", "upper case", "JSON"}).Draw(r, "spelling")](part)
		where := rapid.SampledFrom([]string{"body", "XML", "JSON", "request ID", "Amazon's request ID", "transport", "confirmation", "confirmation's ID"}).Draw(r, "where")
		d := &uploadServer{t: t}
		d.uploadURL = "https://storage.test/bucket/model.onnx?X-Amz-Date=20261129T105321Z&" + rapid.SampledFrom(names).Draw(r, "name") + "=" + url.QueryEscape(secret)
		switch where {
		case "body":
			d.puts = []reply{answer(400, "wrong "+echo)}
		case "XML":
			d.puts = []reply{answer(400, "<Error><SignatureProvided>"+echo+"</SignatureProvided></Error>")}
		case "JSON":
			d.puts = []reply{answer(400, fmt.Sprintf(`{"code":%q,"message":%q,"detail":%q}`, echo, "bad "+echo, echo))}
		case "request ID":
			d.puts = []reply{{status: 400, header: map[string]string{"X-Request-Id": echo}}}
		case "Amazon's request ID":
			d.puts = []reply{{status: 400, header: map[string]string{"X-Amz-Request-Id": "id-" + echo}}}
		case "transport":
			d.puts = []reply{failing(errors.New("malformed HTTP status " + echo)), failing(errors.New("malformed HTTP version " + echo)), answer(400, echo)}
		case "confirmation":
			d.confirms = []reply{answer(400, fmt.Sprintf(`{"code":"x","message":"no file at %s"}`, echo))}
		case "confirmation's ID":
			d.confirms = []reply{{status: 400, header: map[string]string{"X-Request-Id": echo}}}
		}
		var log bytes.Buffer
		var err error
		synctest.Test(t, func(t *testing.T) {
			_, err = d.client().UploadVersion(tflogtest.RootLogger(t.Context(), &log), "m", u)
		})
		if err == nil {
			r.Fatal("the upload succeeded")
		}
		for what, text := range map[string]string{"the error": err.Error(), "the log": log.String()} {
			for i := 0; i+shortestPart <= len(part); i++ {
				if strings.Contains(strings.ToLower(text), strings.ToLower(part[i:i+shortestPart])) {
					r.Fatalf("%s has %q of the signature %s: %s", what, part[i:i+shortestPart], secret, text)
				}
			}
		}
	})
}

// Ordinary words of an answer stay, also those that a URL has by chance.
func TestWhatIsNoSecretOfAnUpload(t *testing.T) {
	t.Parallel()
	at, err := url.Parse("https://storage.test/models/phi.onnx?X-Amz-Date=20261129T105321Z&X-Amz-Expires=900&X-Amz-Signature=" + strings.Repeat("0a1b2c3d", 8))
	if err != nil {
		t.Fatal(err)
	}
	const text = "the models of 20261129 expire in 900 s (été, 日本)"
	if got := (uploadTarget{url: at}).masked(text); got != text {
		t.Errorf("%q became %q", text, got)
	}
}

// A storage that takes a byte now and then has an end.
//
// CONTRACT.md 2.47
func TestAnUploadThatNeverEnds(t *testing.T) {
	t.Parallel()
	u := artifact(t, strings.Repeat("x", 10_000))
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		d := newUploadServer(t)
		_, err := d.client(func(c *Config) { c.Transport = trickle{d}; c.RequestTimeout = 30 * time.Second }).UploadVersion(t.Context(), "m", u)
		mustContain(t, fmt.Sprint(err), "has not taken the file within 1h0m0s", "storage.test")
		if took := time.Since(begun); took > time.Hour+time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}

// trickle takes one byte every 20 s.
type trickle struct{ *uploadServer }

func (s trickle) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodPut {
		return s.uploadServer.RoundTrip(req)
	}
	for {
		if _, err := io.ReadFull(req.Body, make([]byte, 1)); err != nil {
			return nil, err
		}
		timer := time.NewTimer(20 * time.Second)
		select {
		case <-timer.C:
		case <-req.Context().Done():
			timer.Stop()
			return nil, req.Context().Err()
		}
	}
}
