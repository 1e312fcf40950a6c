package control

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

const (
	signature = "X5ecr3tS1gnature9"
	storageAt = "https://storage.test/bucket/phi/model.onnx?X-Sig=" + signature + "&Expires=60"
)

// uploadServer is a server that accepts uploads, and its storage. Each kind of request gets its replies in order, and the usual
// one once they are used up.
type uploadServer struct {
	t *testing.T
	// uploadURL is the upload_url that it returns.
	uploadURL                       string
	targets, puts, confirms, reads  []reply
	sent                            []string
	stored                          []byte
	version                         string
	bearers, types, files, versions []string
}

func (d *uploadServer) RoundTrip(req *http.Request) (*http.Response, error) {
	body := &bytes.Buffer{}
	if req.Body != nil {
		if _, err := io.Copy(body, req.Body); err != nil {
			return nil, err
		}
	}
	at := req.Method + " " + strings.TrimPrefix(req.URL.Path, "/api/v1/models/m/versions/")
	d.sent = append(d.sent, at)
	form, _ := url.ParseQuery(body.String())
	switch at {
	case "POST upload-url":
		return d.answer(req, &d.targets, fmt.Sprintf(`{"upload_url":%q,"storage_key":"key-1"}`, d.uploadURL))
	case "POST confirm-upload":
		d.versions = append(d.versions, form.Encode())
		if len(d.confirms) == 0 || d.confirms[0].header["executed"] != "" {
			d.version = fmt.Sprintf(`{"version":%q,"status":"draft","size_bytes":%d,"storage_path":"key-1"}`, form.Get("version"), len(d.stored))
		}
		return d.answer(req, &d.confirms, d.version)
	case "GET 3.0.0":
		if d.version == "" {
			return d.answer(req, &[]reply{answer(404, `{"error":"not_found","message":"none"}`)}, "")
		}
		return d.answer(req, &d.reads, d.version)
	}
	d.bearers = append(d.bearers, req.Header.Get("Authorization"))
	d.types = append(d.types, req.Header.Get("Content-Type"))
	d.files = append(d.files, body.String())
	d.stored = body.Bytes()
	return d.answer(req, &d.puts, "")
}

func (d *uploadServer) answer(req *http.Request, due *[]reply, usual string) (*http.Response, error) {
	r := ok(usual)
	if len(*due) > 0 {
		r, *due = (*due)[0], (*due)[1:]
	}
	w := wire{replies: []reply{r}}
	return w.RoundTrip(req)
}

func newUploadServer(t *testing.T) *uploadServer {
	t.Helper()
	return &uploadServer{t: t, uploadURL: storageAt}
}

func (d *uploadServer) client(change ...func(*Config)) *Client {
	d.t.Helper()
	cfg := Config{BaseURL: "https://octomil.test/api/v1", APIKey: testKey, MaxRetries: 3, Transport: d}
	for _, c := range change {
		c(&cfg)
	}
	return opened(d.t, cfg)
}

// artifact writes a file and returns its upload.
func artifact(t *testing.T, content string) Upload {
	t.Helper()
	file := filepath.Join(t.TempDir(), "phi.onnx")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	checksum, size, err := HashFile(t.Context(), file)
	if err != nil || size != int64(len(content)) {
		t.Fatalf("hashing: %d bytes, %v", size, err)
	}
	return Upload{Version: "3.0.0", Description: "new", File: file, Checksum: checksum}
}

// CONTRACT.md 2.41, 2.42, 2.43
func TestUploadVersion(t *testing.T) {
	t.Parallel()
	d := newUploadServer(t)
	v, err := d.client().UploadVersion(t.Context(), "m", artifact(t, "the weights"))
	if err != nil || v.Version != "3.0.0" || v.ModelID != "m" || v.SizeBytes != 11 {
		t.Fatalf("%+v, %v", v, err)
	}
	if diff := cmp.Diff([]string{"POST upload-url", "PUT /bucket/phi/model.onnx", "POST confirm-upload"}, d.sent); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"description=new&file_size=11&storage_key=key-1&version=3.0.0"}, d.versions); diff != "" {
		t.Errorf("the confirmation (-want +got):\n%s", diff)
	}
	if d.bearers[0] != "" || d.types[0] != "application/octet-stream" || d.files[0] != "the weights" {
		t.Errorf("the storage got the bearer %q, the type %q and the file %q", d.bearers[0], d.types[0], d.files[0])
	}
}

func TestUploadOfAnEmptyFile(t *testing.T) {
	t.Parallel()
	d := newUploadServer(t)
	if _, err := d.client().UploadVersion(t.Context(), "m", artifact(t, "")); err != nil || d.files[0] != "" {
		t.Errorf("%v, sent %q", err, d.files)
	}
}

// A transient failure is repeated from the beginning of the file, an expired URL is replaced, and neither for ever.
//
// CONTRACT.md 2.44, 2.46
func TestInterruptedUploadIsRepeated(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		puts []reply
		// sent are the requests, u for a URL and p for a put; a version is confirmed unless an error says something.
		sent, says string
	}{
		"a cut":                    {[]reply{failing(errCut)}, "upp", ""},
		"a stall":                  {[]reply{unanswered}, "upp", ""},
		"a fault":                  {[]reply{answer(500, ""), answer(503, ""), answer(429, "")}, "upppp", ""},
		"an expired URL":           {[]reply{answer(403, "Request has expired"), answer(410, "")}, "upupup", ""},
		"a cut, then expired":      {[]reply{failing(errCut), answer(404, "")}, "uppup", ""},
		"cuts for ever":            {slices.Repeat([]reply{failing(errCut)}, 9), "upppp", "no complete response from the storage at storage.test"},
		"expired for ever":         {slices.Repeat([]reply{answer(403, "AccessDenied")}, 9), "upupupup", "403 Forbidden: AccessDenied"},
		"a refusal":                {[]reply{answer(400, "EntityTooLarge")}, "up", "400 Bad Request: EntityTooLarge"},
		"a redirect":               {[]reply{{status: 307, header: map[string]string{"Location": storageAt}}}, "up", "307 Temporary Redirect"},
		"a refusal with its names": {[]reply{answer(400, `{"message":"no `+signature+`","request_id":"r-9"}`)}, "up", "no *** (request r-9)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := artifact(t, "the weights")
			synctest.Test(t, func(t *testing.T) {
				d := newUploadServer(t)
				d.puts = tc.puts
				_, err := d.client().UploadVersion(t.Context(), "m", u)
				text := fmt.Sprint(err)
				if (err != nil) != (tc.says != "") || !strings.Contains(text, tc.says) {
					t.Errorf("the error is %v; want %q", err, tc.says)
				}
				for _, secret := range []string{signature, "bucket", "model.onnx"} {
					if strings.Contains(text, secret) {
						t.Errorf("the error contains the URL: %s", text)
					}
				}
				short := strings.NewReplacer("POST upload-url", "u", "PUT /bucket/phi/model.onnx", "p").Replace(strings.Join(d.sent, ""))
				want := tc.sent
				if err == nil {
					want += "POST confirm-upload"
				}
				if short != want {
					t.Errorf("requests: %s; want %s", short, want)
				}
			})
		})
	}
}

// However long an upload takes, only a stall ends an attempt.
//
// CONTRACT.md 2.47
func TestASlowUploadIsNotCut(t *testing.T) {
	t.Parallel()
	u := artifact(t, strings.Repeat("x", 1000))
	synctest.Test(t, func(t *testing.T) {
		d := newUploadServer(t)
		slow := slowStorage{uploadServer: d, pause: 20 * time.Second}
		begun := time.Now()
		_, err := d.client(func(c *Config) { c.Transport, c.RequestTimeout = slow, 30*time.Second }).UploadVersion(t.Context(), "m", u)
		if err != nil || time.Since(begun) < 3*time.Minute || len(d.files) != 1 {
			t.Errorf("after %s: %v, %d attempts", time.Since(begun), err, len(d.files))
		}
	})
}

// slowStorage reads a file a hundred bytes at a time.
type slowStorage struct {
	*uploadServer
	pause time.Duration
}

func (s slowStorage) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodPut {
		var read bytes.Buffer
		for {
			n, err := io.CopyN(&read, req.Body, 100)
			if n == 0 || err != nil && !errors.Is(err, io.EOF) {
				break
			}
			time.Sleep(s.pause)
			if req.Context().Err() != nil {
				return nil, req.Context().Err()
			}
		}
		req.Body = io.NopCloser(&read)
	}
	return s.uploadServer.RoundTrip(req)
}

// After a lost confirmation the version is read; the confirmation is never repeated.
//
// CONTRACT.md 2.48
func TestAnUploadIsConfirmedOnce(t *testing.T) {
	t.Parallel()
	executed := func(r reply) reply {
		r.header = map[string]string{"executed": "yes"}
		return r
	}
	other := `{"version":"3.0.0","size_bytes":12}`
	for name, tc := range map[string]struct {
		confirm reply
		reads   []reply
		says    string
	}{
		"executed and cut":         {executed(failing(errCut)), nil, ""},
		"executed and a fault":     {executed(answer(500, "")), nil, ""},
		"executed, unreadable":     {executed(ok("<html>")), nil, ""},
		"found late":               {executed(answer(502, "")), []reply{answer(404, `{"error":"not_found"}`), answer(500, ""), failing(errCut)}, ""},
		"not executed":             {answer(503, "down"), nil, "503 Service Unavailable: down"},
		"not executed and refused": {answer(409, `{"error":"conflict","message":"taken"}`), nil, "409 Conflict (conflict): taken"},
		"something else is there":  {executed(failing(errCut)), []reply{ok(other)}, "12 bytes with the checksum"},
		"something else is stored": {ok(other), nil, "could not upload the file: the server stored 12 bytes"},
		"another checksum is stored": {
			ok(`{"version":"3.0.0","size_bytes":11,"checksum":"` + strings.Repeat("0", 64) + `"}`), nil, "the server stored 11 bytes with the checksum 0000",
		},
		"a checksum of another kind": {ok(`{"version":"3.0.0","size_bytes":11,"checksum":"etag-7"}`), nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := artifact(t, "the weights")
			synctest.Test(t, func(t *testing.T) {
				d := newUploadServer(t)
				d.confirms, d.reads = []reply{tc.confirm}, tc.reads
				_, err := d.client().UploadVersion(t.Context(), "m", u)
				if (err != nil) != (tc.says != "") || !strings.Contains(fmt.Sprint(err), tc.says) {
					t.Errorf("the error is %v; want %q", err, tc.says)
				}
				if n := len(d.versions); n != 1 || len(d.files) != 1 {
					t.Errorf("%d confirmations of %d files", n, len(d.files))
				}
			})
		})
	}
}

// An upload that is interrupted at its confirmation still finds out what has become of it.
//
// CONTRACT.md 2.48
func TestCanceledConfirmation(t *testing.T) {
	t.Parallel()
	u := artifact(t, "the weights")
	ctx, cancel := context.WithCancel(t.Context())
	d := newUploadServer(t)
	d.confirms = []reply{{header: map[string]string{"executed": "yes"}, do: func(*http.Request) (*http.Response, error) {
		cancel()
		return nil, context.Canceled
	}}}
	if v, err := d.client().UploadVersion(ctx, "m", u); err != nil || v.Version != "3.0.0" {
		t.Errorf("%+v, %v", v, err)
	}
}

// CONTRACT.md 2.49
func TestChangedFileIsNotConfirmed(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{"content": "the w3ights", "shorter": "the", "longer": "the weights and more", "deleted": ""} {
		for _, when := range []string{"before", "during"} {
			t.Run(name+" "+when, func(t *testing.T) {
				t.Parallel()
				u := artifact(t, "the weights")
				d := newUploadServer(t)
				at := changing{uploadServer: d, when: when, change: func() {
					if content != "" {
						overwrite(t, u.File, content)
					} else if err := os.Remove(u.File); err != nil {
						t.Error(err)
					}
				}}
				_, err := d.client(func(c *Config) { c.Transport = at }).UploadVersion(t.Context(), "m", u)
				var changed *FileChangedError
				if !errors.As(err, &changed) && !errors.Is(err, os.ErrNotExist) {
					t.Errorf("got %v", err)
				}
				if len(d.versions) > 0 {
					t.Error("the upload was confirmed")
				}
			})
		}
	}
}

func overwrite(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// changing changes the file before it is read, or after its first byte.
type changing struct {
	*uploadServer
	when   string
	change func()
}

func (c changing) RoundTrip(req *http.Request) (*http.Response, error) {
	switch {
	case c.when == "before" && strings.HasSuffix(req.URL.Path, "upload-url"):
		c.change()
	case c.when == "during" && req.Method == http.MethodPut:
		first := make([]byte, 1)
		if _, err := io.ReadFull(req.Body, first); err != nil {
			return nil, err
		}
		c.change()
		req.Body = io.NopCloser(io.MultiReader(bytes.NewReader(first), req.Body))
	}
	return c.uploadServer.RoundTrip(req)
}

// A file goes to another machine encrypted, or where clear text is allowed, and the response that contains the URL is never quoted.
//
// CONTRACT.md 2.41, 2.45
func TestUploadURLs(t *testing.T) {
	t.Parallel()
	const secretly = "/bucket?sig=" + signature
	for uploadURL, says := range map[string]string{
		"https://storage.test" + secretly: "", "https://10.0.0.9" + secretly: "", "/elsewhere" + secretly: "",
		"http://storage.test" + secretly: "at http://storage.test would send the file in clear text",
		"ftp://storage.test" + secretly:  "not an HTTP URL", "": "without upload_url",
		"https://%zz" + secretly: "without upload_url",
	} {
		t.Run(uploadURL, func(t *testing.T) {
			t.Parallel()
			u := artifact(t, "x")
			synctest.Test(t, func(t *testing.T) {
				d := newUploadServer(t)
				d.uploadURL = uploadURL
				_, err := d.client().UploadVersion(t.Context(), "m", u)
				text := fmt.Sprint(err)
				if (err != nil) != (says != "") || !strings.Contains(text, says) || strings.Contains(text, signature) {
					t.Errorf("got %v; want %q", err, says)
				}
				if len(d.files) > 0 != (says == "") {
					t.Errorf("%d files were sent", len(d.files))
				}
			})
		})
	}
	d := newUploadServer(t)
	d.uploadURL = "http://storage.test" + secretly
	if _, err := d.client(func(c *Config) { c.AllowInsecureHTTP = true }).UploadVersion(t.Context(), "m", artifact(t, "x")); err != nil {
		t.Errorf("allowed, but %v", err)
	}
	d = newUploadServer(t)
	d.targets = []reply{answer(400, `no upload to `+storageAt)}
	if _, err := d.client().UploadVersion(t.Context(), "m", artifact(t, "x")); strings.Contains(fmt.Sprint(err), signature) {
		t.Errorf("the error contains the URL: %v", err)
	}
}

// The log tells how far an upload is, and nothing of where it goes but the host.
//
// CONTRACT.md 2.44
func TestTheLogOfAnUpload(t *testing.T) {
	t.Parallel()
	u := artifact(t, strings.Repeat("x", 1000))
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		d := newUploadServer(t)
		d.puts = []reply{failing(fmt.Errorf("dialing %s", "storage.test"))}
		slow := slowStorage{uploadServer: d, pause: 20 * time.Second}
		ctx := tflogtest.RootLogger(t.Context(), &log)
		if _, err := d.client(func(c *Config) { c.Transport = slow }).UploadVersion(ctx, "m", u); err != nil {
			t.Fatal(err)
		}
	})
	mustContain(t, log.String(), "Uploading the file", `"size_bytes":1000`, `"host":"storage.test"`, "is started again", "Uploaded the file")
	for _, secret := range []string{signature, "bucket", testKey} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log has %q", secret)
		}
	}
}

// A large file takes no more memory than a small one.
func TestUploadInConstantMemory(t *testing.T) {
	const size = 256 << 20
	file := filepath.Join(t.TempDir(), "large.onnx")
	overwrite(t, file, "")
	if err := os.Truncate(file, size); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	checksum, n, err := HashFile(t.Context(), file)
	if err != nil || n != size {
		t.Fatal(n, err)
	}
	client := newUploadServer(t).client()
	source := &uploadSource{file: file, size: size, onProgress: func(int64) {}, sum: sha256.New()}
	client.storage.Transport = drain{}
	if err := client.put(t.Context(), uploadTarget{url: &url.URL{Scheme: "https", Host: "storage.test"}}, source); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 4<<20 {
		t.Errorf("hashing and sending %d bytes allocated %d", size, grown)
	}
	if sent, whole := source.checksum(); !whole || sent != checksum {
		t.Errorf("sent %s, whole %t; want %s", sent, whole, checksum)
	}
}

// drain takes a body and keeps nothing of it.
type drain struct{}

func (drain) RoundTrip(req *http.Request) (*http.Response, error) {
	if _, err := io.Copy(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{req.Body}); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
}
