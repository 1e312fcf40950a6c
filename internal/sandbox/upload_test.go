package sandbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const versionsPath = modelsPath + "/phi-4-mini/versions"

// postForm sends a URL-encoded form and requires a status.
func (h *harness) postForm(status int, path string, fields map[string]string) reply {
	h.t.Helper()
	values := url.Values{}
	for name, value := range fields {
		values.Set(name, value)
	}
	return h.postEncoded(status, path, "application/x-www-form-urlencoded", values.Encode())
}

func (h *harness) postEncoded(status int, path, contentType, body string) reply {
	h.t.Helper()
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	req.Host = "127.0.0.1"
	req.Header.Set("Authorization", "Bearer sandbox")
	req.Header.Set("Content-Type", contentType)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	r := reply{status: rec.Code, raw: rec.Body.String()}
	if err := json.Unmarshal(rec.Body.Bytes(), &r.object); err != nil {
		h.t.Fatalf("POST %s: %v: %s", path, err, r.raw)
	}
	if r.status != status {
		h.t.Fatalf("POST %s: got status %d, want %d: %s", path, r.status, status, r.raw)
	}
	return r
}

// createUpload creates an upload and returns its URL and storage key.
func (h *harness) createUpload(version, filename string) (at, key string) {
	h.t.Helper()
	r := h.postForm(200, versionsPath+"/upload-url", map[string]string{
		"version": version, "filename": filename, "content_type": "application/octet-stream",
	})
	return r.object["upload_url"].(string), r.object["storage_key"].(string)
}

// putFile sends a file without a key.
func (h *harness) putFile(status int, at, content string) {
	h.t.Helper()
	if r := h.request("", "PUT", at, content); r.status != status {
		h.t.Fatalf("PUT %s: got status %d, want %d: %s", at, r.status, status, r.raw)
	}
}

func (h *harness) confirmUpload(status int, version, key string, size int) reply {
	h.t.Helper()
	return h.postForm(status, versionsPath+"/confirm-upload", map[string]string{
		"version": version, "storage_key": key, "file_size": strconv.Itoa(size), "description": "from a file",
	})
}

func checksumOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// CONTRACT.md 2.43, 2.50
func TestUpload(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		at, key := h.createUpload("3.0.0", "model.gguf")
		h.putFile(200, at, "the weights")
		h.do(404, "GET", versionsPath+"/3.0.0", nil) // not confirmed
		want := object{
			"version": "3.0.0", "status": "draft", "format": "gguf", "storage_path": key, "size_bytes": 11.0,
			"checksum": checksumOf("the weights"), "description": "from a file", "model_id": "mdl_00000001",
		}
		r := h.confirmUpload(201, "3.0.0", key, 11)
		h.wantFields(r, want)
		h.wantFields(r, object{"formats": object{"gguf": key}})
		h.wantFields(h.do(200, "GET", versionsPath+"/3.0.0", nil), want)
		h.do(200, "POST", versionsPath+"/3.0.0/publish", nil)
		h.deploy("3.0.0")
		h.wantFleet(map[string]int{"3.0.0": 124})
	})
}

// CONTRACT.md 2.48
func TestConfirmUploadOnce(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		at, key := h.createUpload("3.0.0", "model.onnx")
		h.putFile(200, at, "first")
		h.confirmUpload(201, "3.0.0", key, 5)
		h.confirmUpload(409, "3.0.0", key, 5)
		h.putFile(409, at, "other")
		h.wantFields(h.do(200, "GET", versionsPath+"/3.0.0", nil), object{"checksum": checksumOf("first")})
		// The version already exists.
		again, second := h.createUpload("3.0.0", "model.onnx")
		h.putFile(200, again, "second")
		h.confirmUpload(409, "3.0.0", second, 6)
		h.do(204, "DELETE", versionsPath+"/3.0.0", nil)
		h.confirmUpload(409, "3.0.0", key, 5) // the file was deleted with its version
		h.confirmUpload(201, "3.0.0", second, 6)
	})
}

// CONTRACT.md 2.50
func TestConfirmUploadValidation(t *testing.T) {
	t.Parallel()
	eachDialect(t, func(h *harness) {
		at, key := h.createUpload("3.0.0", "model.onnx")
		for field, rejected := range map[string]reply{
			"storage_key": h.confirmUpload(422, "3.0.0", key, 0), // nothing was sent
			"filename":    h.postForm(422, versionsPath+"/upload-url", map[string]string{"version": "3.0.0"}),
			"version":     h.postForm(422, versionsPath+"/upload-url", map[string]string{"filename": "x"}),
		} {
			if !strings.Contains(rejected.raw, field) {
				h.t.Errorf("the response does not name %s: %s", field, rejected.raw)
			}
		}
		h.putFile(200, at, "weights")
		if r := h.confirmUpload(422, "3.0.0", key, 8); !strings.Contains(r.raw, "file_size") {
			h.t.Errorf("the response does not name file_size: %s", r.raw)
		}
		h.confirmUpload(422, "3.0.1", key, 7) // the file of another version
		h.confirmUpload(422, "3.0.0", "models/nothing", 7)
		h.postForm(422, versionsPath+"/confirm-upload", map[string]string{"version": "3.0.0", "storage_key": key, "file_size": "many"})
		h.postForm(404, modelsPath+"/nothing/versions/upload-url", map[string]string{"version": "1", "filename": "x"})
		h.postForm(404, modelsPath+"/nothing/versions/confirm-upload", map[string]string{})
		h.do(422, "POST", versionsPath+"/upload-url", object{"version": "3.0.0", "filename": "model.onnx"}) // no form
		h.postEncoded(400, versionsPath+"/upload-url", "multipart/form-data; boundary=x", "no parts")
		h.postEncoded(400, versionsPath+"/upload-url", "application/x-www-form-urlencoded", "%zz")
		h.confirmUpload(201, "3.0.0", key, 7)
	})
}

// An empty file is valid.
func TestUploadEmptyFile(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at, key := h.createUpload("3.0.0", "empty")
	h.putFile(200, at, "")
	h.wantFields(h.confirmUpload(201, "3.0.0", key, 0), object{"checksum": checksumOf(""), "size_bytes": 0.0, "format": "unknown"})
}

// CONTRACT.md 2.41
func TestUploadMultipartForm(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for name, value := range map[string]string{"version": "3.0.0", "filename": "dir/phi.mlpackage"} {
		if err := parts.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	r := h.postEncoded(200, versionsPath+"/upload-url", parts.FormDataContentType(), body.String())
	key := r.object["storage_key"].(string)
	if !strings.HasSuffix(key, "/phi.mlpackage") {
		t.Errorf("the storage key is %s", key)
	}
	h.putFile(200, r.object["upload_url"].(string), "x")
	h.wantFields(h.confirmUpload(201, "3.0.0", key, 1), object{"format": "coreml"})
}

// CONTRACT.md 2.42, 8.35
func TestUploadURL(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at, _ := h.createUpload("3.0.0", "model.onnx")
	other, _ := h.createUpload("3.0.0", "model.onnx")
	parsed, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	// The URL is on this server, outside of the API, and unguessable.
	token, below := strings.CutPrefix(parsed.Path, "/uploads/")
	if parsed.Host != "127.0.0.1" || !below || len(token) < 26 || at == other {
		t.Errorf("the URLs are %s and %s", at, other)
	}
	// The API key must not be sent to the storage.
	if r := h.request("sandbox", "PUT", at, "x"); r.status != 400 || !strings.Contains(r.raw, "API key") {
		t.Errorf("with a bearer: %d %s", r.status, r.raw)
	}
	h.putFile(404, "/uploads/nothing", "x")
	if r := h.request("", "GET", at, nil); r.status != 405 {
		t.Errorf("GET: %d", r.status)
	}
}

// An interrupted upload cannot be confirmed, and the file can be sent again.
//
// CONTRACT.md 2.46, 8.43
func TestInterruptedUpload(t *testing.T) {
	t.Parallel()
	w := newHTTPHarness(t)
	h := &harness{Server: w.Server, t: t}
	at, key := h.createUpload("3.0.0", "model.onnx")
	parsed, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	half := strings.Repeat("x", 64<<10)
	for _, length := range []int64{128 << 10, -1} { // with a length, and in chunks
		broken := io.MultiReader(strings.NewReader(half), &failing{})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, w.url+parsed.Path, broken)
		if err != nil {
			t.Fatal(err)
		}
		req.ContentLength = length
		if resp, err := w.client.Do(req); err == nil {
			_ = resp.Body.Close()
			t.Errorf("the interrupted upload got status %s", resp.Status)
		}
	}
	// The server notices the interruption later than the client.
	w.waitFor(func() bool { return len(w.entries("upload file")) == 2 })
	h.confirmUpload(422, "3.0.0", key, len(half))
	for _, fault := range []Fault{
		{Method: "PUT", Path: "uploads/*", Cut: CutBefore},
		{Method: "PUT", Path: "uploads/*", Status: 503},
	} {
		w.AddFault(fault)
		if status, _, err := w.put(parsed.Path, "the whole"); err == nil && status != 503 {
			t.Errorf("%+v: got %d", fault, status)
		}
		h.confirmUpload(422, "3.0.0", key, 9)
	}
	if status, _, err := w.put(parsed.Path, "the whole file"); err != nil || status != 200 {
		t.Errorf("sent again: %d %v", status, err)
	}
	h.wantFields(h.confirmUpload(201, "3.0.0", key, 14), object{"checksum": checksumOf("the whole file")})
	var statuses []int
	for _, e := range w.entries("upload file") {
		statuses = append(statuses, e.Status)
		if e.Method != http.MethodPut || "/"+e.Path != parsed.Path {
			t.Errorf("the ledger has %s %s", e.Method, e.Path)
		}
	}
	if diff := cmp.Diff([]int{0, 0, 0, 503, 200}, statuses); diff != "" {
		t.Errorf("statuses of the uploads (-want +got):\n%s", diff)
	}
}

// If the response to an upload is lost, the file can still be confirmed.
func TestUploadWithLostResponse(t *testing.T) {
	t.Parallel()
	w := newHTTPHarness(t)
	h := &harness{Server: w.Server, t: t}
	at, key := h.createUpload("3.0.0", "model.onnx")
	parsed, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	w.AddFault(Fault{Method: "PUT", Path: "uploads/*", Execute: true, Cut: CutBefore})
	if status, _, err := w.put(parsed.Path, "the file"); err == nil {
		t.Errorf("the cut request got status %d", status)
	}
	h.confirmUpload(201, "3.0.0", key, 8)
}

// A slow upload blocks nothing, and is rejected after another one was confirmed.
func TestConcurrentUploads(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at, key := h.createUpload("3.0.0", "model.onnx")
	body, source := io.Pipe()
	slow := make(chan int)
	go func() {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(http.MethodPut, at, body))
		slow <- rec.Code
	}()
	if _, err := source.Write([]byte("slow")); err != nil { // returns when the server has read it
		t.Fatal(err)
	}
	h.confirmUpload(422, "3.0.0", key, 4)
	h.putFile(200, at, "quick")
	h.confirmUpload(201, "3.0.0", key, 5)
	if err := source.Close(); err != nil {
		t.Fatal(err)
	}
	if status := <-slow; status != 409 {
		t.Errorf("the late file got status %d", status)
	}
	h.wantFields(h.do(200, "GET", versionsPath+"/3.0.0", nil), object{"checksum": checksumOf("quick")})
}

// Memory does not grow with the size of the file.
func TestUploadInConstantMemory(t *testing.T) {
	const size = 64 << 20
	h := newHarness(t)
	at, key := h.createUpload("3.0.0", "model.onnx")
	req := httptest.NewRequest(http.MethodPut, at, io.LimitReader(zeros{}, size))
	req.Host = "127.0.0.1"
	rec := httptest.NewRecorder()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	h.ServeHTTP(rec, req)
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 4<<20 {
		t.Errorf("receiving %d bytes allocated %d", size, grown)
	}
	h.wantFields(h.confirmUpload(201, "3.0.0", key, size), object{"size_bytes": float64(size)})
}

// zeros is an endless file.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// failing is a body that cannot be read.
type failing struct{}

func (*failing) Read([]byte) (int, error) { return 0, errors.New("the file cannot be read") }
