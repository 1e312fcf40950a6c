package control

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

const (
	sha256Prefix = "sha256:"
	octetStream  = "application/octet-stream"
	// progressEvery is the interval between two log lines about one upload.
	progressEvery = 10 * time.Second
	// expectContinueSize is the file size, in bytes, from which the storage is asked whether it accepts the file before it is sent.
	expectContinueSize = 1 << 20
	// confirmAttempts is how often a version is looked for after a lost confirmation: the server may still be creating it.
	confirmAttempts = 6
)

// Upload is a file that becomes a version of a model (CONTRACT.md, section 2).
type Upload struct {
	Version, Description string
	// File is the path of the file, Checksum the one that HashFile returned. Another content at the time of the upload is an error.
	File, Checksum string
}

// FileChangedError means that a file has changed since its checksum was computed, or changed during the upload.
type FileChangedError struct{ File string }

func (e *FileChangedError) Error() string {
	return fmt.Sprintf("could not upload %s: the file has changed since its checksum was computed", e.File)
}

// StorageError means that the storage, which is not the control API, did not accept a file.
type StorageError struct {
	// Host is where the file was to go. The rest of the URL is a secret.
	Host string
	// Status is the status of the response, 0 where there was none. Message and RequestID are "" where there is none.
	Status             int
	Message, RequestID string
	// Err is why there was no complete response.
	Err error

	pause time.Duration
}

func (e *StorageError) Error() string {
	if e.Status == 0 {
		return fmt.Sprintf("could not upload the file: no complete response from the storage at %s: %v", e.Host, e.Err)
	}
	text := fmt.Sprintf("could not upload the file: the storage at %s answered %d %s", e.Host, e.Status, http.StatusText(e.Status))
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.RequestID != "" {
		text += " (request " + e.RequestID + ")"
	}
	return text
}

func (e *StorageError) Unwrap() error { return e.Err }

// expired is true where a new URL may help: upload URLs are valid for a limited time.
func (e *StorageError) expired() bool {
	return e.Status == http.StatusForbidden || e.Status == http.StatusNotFound || e.Status == http.StatusGone
}

// transient is true where the same request may succeed a moment later.
func (e *StorageError) transient() bool {
	if e.Status == 0 {
		return worthRepeating(request{method: http.MethodPut}, nil, e.Err)
	}
	return serverFault(e.Status) || e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout
}

// HashFile returns the SHA-256 of a file, as "sha256:" and hexadecimal digits, and its size in bytes.
func HashFile(ctx context.Context, file string) (checksum string, size int64, err error) {
	source, err := OpenRegular(file)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = source.Close() }()
	sum := sha256.New()
	size, err = io.Copy(sum, readerFunc(func(p []byte) (int, error) {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		return source.Read(p)
	}))
	return sha256Prefix + hex.EncodeToString(sum.Sum(nil)), size, err
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// UploadVersion uploads a file to the storage and creates a version of it. An upload that fails is started again, at most MaxRetries
// times, and at a new URL where the first one has expired. A version that is returned with an error exists, but differs from what was
// sent.
func (c *Client) UploadVersion(ctx context.Context, modelID string, u Upload) (Version, error) {
	ctx = c.logContext(ctx)
	for failuresLeft := c.retries; ; failuresLeft-- {
		target, err := c.requestUpload(ctx, modelID, u)
		if err != nil {
			return Version{}, err
		}
		size, err := c.sendFile(ctx, target, u, &failuresLeft)
		if err == nil {
			return c.confirmUpload(ctx, modelID, u, target, size)
		}
		var refused *StorageError
		if !errors.As(err, &refused) || !refused.expired() || failuresLeft <= 0 {
			return Version{}, err
		}
		tflog.SubsystemWarn(ctx, logSubsystem, "The storage refused the upload URL; requesting a new one", refused.fields())
	}
}

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

// secrets are the parts of the URL that grant access.
func (t uploadTarget) secrets() []string {
	parts := []string{t.url.String(), t.url.RequestURI(), t.url.EscapedPath()}
	parts = append(parts, strings.Split(t.url.Path, "/")...)
	for _, values := range t.url.Query() {
		parts = append(parts, values...)
	}
	var secrets []string
	for _, part := range parts {
		if len(part) >= 8 { // shorter ones are ordinary words and numbers
			secrets = append(secrets, part)
		}
	}
	return secrets
}

// requestUpload requests an upload URL. An unused one does no harm, so the request is repeated after a lost response.
func (c *Client) requestUpload(ctx context.Context, modelID string, u Upload) (uploadTarget, error) {
	post := func(ctx context.Context) (uploadTarget, error) {
		var target uploadTarget
		err := c.call(ctx, request{
			operation: "request an upload URL", method: http.MethodPost, secret: true,
			path: join("models", modelID, "versions", "upload-url"),
			form: url.Values{"version": {u.Version}, "filename": {filepath.Base(u.File)}, "content_type": {octetStream}},
		}, &target)
		return target, err
	}
	target, err := createOnce(ctx, c, post, findNothing)
	if err != nil {
		return target, err
	}
	target.url = c.base.ResolveReference(target.url)
	switch {
	case target.url.Hostname() == "" || target.url.Scheme != "http" && target.url.Scheme != "https":
		return target, errors.New("could not upload the file: the server returned an upload URL that is not an HTTP URL")
	case target.url.Scheme == "http" && !c.insecure && !loopback(target.url.Hostname()):
		return target, fmt.Errorf("could not upload the file: the upload URL at http://%s would send the file in clear text to another machine. "+
			"Set `allow_insecure_http = true` if you trust the network in between", target.url.Host)
	}
	return target, nil
}

// sendFile uploads the file, again from the beginning after a transient failure, and returns its size.
func (c *Client) sendFile(ctx context.Context, target uploadTarget, u Upload, failuresLeft *int) (size int64, err error) {
	for failures := 0; ; failures++ {
		size, err = c.putFile(ctx, target, u)
		var failed *StorageError
		if !errors.As(err, &failed) || !failed.transient() || *failuresLeft <= 0 || ctx.Err() != nil {
			return size, err
		}
		*failuresLeft--
		tflog.SubsystemWarn(ctx, logSubsystem, "The upload was interrupted and is started again", failed.fields())
		if sleep(ctx, max(backoff(retryWaitMin, retryWaitMax, failures, nil), failed.pause)) != nil {
			return 0, err
		}
	}
}

func (e *StorageError) fields() map[string]any {
	return map[string]any{"host": e.Host, "status": e.Status, "error": e.Error()}
}

// errStalled ends an attempt that makes no progress.
var errStalled = errors.New("no progress")

// putFile is one attempt. It may take any time, as long as it makes progress within the stall timeout.
func (c *Client) putFile(ctx context.Context, target uploadTarget, u Upload) (int64, error) {
	before, err := os.Stat(u.File)
	if err != nil {
		return 0, fmt.Errorf("could not upload the file: %w", err)
	}
	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stallTimer := time.AfterFunc(c.stallTimeout, func() { cancel(fmt.Errorf("%w for %s (`request_timeout`)", errStalled, c.stallTimeout)) })
	defer stallTimer.Stop()
	source := &uploadSource{file: u.File, size: before.Size(), sum: sha256.New()}
	begun, logged := time.Now(), time.Now()
	source.onProgress = func(sent int64) {
		stallTimer.Reset(c.stallTimeout)
		if time.Since(logged) >= progressEvery {
			logged = time.Now()
			tflog.SubsystemInfo(ctx, logSubsystem, "Uploading the file", map[string]any{
				"version": u.Version, "host": target.url.Host, "sent_bytes": sent, "size_bytes": before.Size(), "seconds": int(time.Since(begun).Seconds()),
			})
		}
	}
	if err := c.put(limited, target, source); err != nil {
		if source.fileChanged() {
			return 0, &FileChangedError{File: u.File}
		}
		return 0, err
	}
	after, err := os.Stat(u.File)
	if checksum, whole := source.checksum(); err != nil || after.Size() != before.Size() || !whole || !SameChecksum(checksum, u.Checksum) {
		return 0, &FileChangedError{File: u.File}
	}
	tflog.SubsystemInfo(ctx, logSubsystem, "Uploaded the file", map[string]any{
		"version": u.Version, "host": target.url.Host, "size_bytes": before.Size(), "seconds": int(time.Since(begun).Seconds()),
	})
	return before.Size(), nil
}

// put sends the request without the API key: the URL is the only credential of the storage.
func (c *Client) put(ctx context.Context, target uploadTarget, source *uploadSource) error {
	body, err := source.open()
	if err != nil {
		return fmt.Errorf("could not upload the file: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, target.url.String(), body)
	if err != nil {
		return errors.Join(errors.New("could not upload the file: the server returned an unusable upload URL"), body.Close())
	}
	req.ContentLength, req.GetBody = source.size, source.open
	req.Header.Set("Content-Type", octetStream)
	req.Header.Set("User-Agent", userAgent(ctx, c.agent))
	if source.size >= expectContinueSize {
		req.Header.Set("Expect", "100-continue")
	}
	resp, err := c.storage.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return &StorageError{Host: target.url.Host, Err: withoutURL(err)}
	}
	defer func() { _ = resp.Body.Close() }()
	message, err := io.ReadAll(io.LimitReader(resp.Body, maxMessage))
	if resp.StatusCode/100 == 2 { // the body does not matter then
		return nil
	}
	return target.storageError(resp, message, err)
}

// storageError is a response other than 2xx. A storage may echo the URL, or its signature.
func (t uploadTarget) storageError(resp *http.Response, message []byte, cut error) error {
	text := string(message)
	for _, secret := range t.secrets() {
		text = redact(text, secret)
	}
	resp.Header.Del("Location")
	api := newAPIError(request{}, resp, []byte(text), "")
	return &StorageError{
		Host: t.url.Host, Status: resp.StatusCode, Message: api.Message, Err: cut, pause: min(retryAfter(resp), retryWaitMax),
		RequestID: cmp.Or(api.RequestID, resp.Header.Get("X-Amz-Request-Id")),
	}
}

// confirmUpload creates a version of the file. It is sent once for an upload: when the response is lost, the version is looked for,
// and adopted where it is what was sent.
func (c *Client) confirmUpload(ctx context.Context, modelID string, u Upload, target uploadTarget, size int64) (Version, error) {
	var v Version
	err := c.call(ctx, request{
		operation: "confirm the upload", method: http.MethodPost, path: join("models", modelID, "versions", "confirm-upload"),
		form: url.Values{
			"version": {u.Version}, "storage_key": {target.key}, "file_size": {strconv.FormatInt(size, 10)}, "description": {u.Description},
		},
	}, &v)
	switch {
	case err == nil && u.matches(v, size):
		return v.withModel(modelID), nil
	case err == nil:
		return v.withModel(modelID), fmt.Errorf("could not upload the file: the server stored %s", describeDifference(v, u, size))
	case !Ambiguous(err):
		return Version{}, err
	}
	found, ok := c.awaitVersion(ctx, modelID, u.Version)
	if ok && !u.matches(found, size) {
		return Version{}, fmt.Errorf("%w; the version that now exists is %s", err, describeDifference(found, u, size))
	}
	if !ok {
		return Version{}, err
	}
	return found, nil
}

// awaitVersion looks for a version that the server may be about to create.
func (c *Client) awaitVersion(ctx context.Context, modelID, version string) (Version, bool) {
	for attempt := range confirmAttempts {
		v, ok, _ := findAfter(ctx, func(ctx context.Context) (Version, bool, error) {
			v, err := c.Version(ctx, modelID, version)
			return v, err == nil, err
		})
		if ok {
			return v, true
		}
		if sleep(ctx, backoff(retryWaitMin, retryWaitMax, attempt, nil)) != nil {
			break
		}
	}
	return Version{}, false
}

// matches is true where a version is what was sent, as far as the server says.
func (u Upload) matches(v Version, size int64) bool {
	return (v.SizeBytes == 0 || v.SizeBytes == size) && (!HashesLikeSHA256(v.Checksum) || SameChecksum(v.Checksum, u.Checksum))
}

func describeDifference(v Version, u Upload, size int64) string {
	return fmt.Sprintf("%d bytes with the checksum %s, but %d bytes with the checksum %s were sent", v.SizeBytes, v.Checksum, size, u.Checksum)
}

// uploadSource is a file during its upload. It can be opened again, for a connection that breaks before anything was sent.
type uploadSource struct {
	file string
	size int64
	// onProgress is called with the number of bytes sent so far.
	onProgress func(sent int64)

	mu      sync.Mutex
	opened  int
	sent    int64
	sum     hash.Hash
	changed bool
}

func (o *uploadSource) open() (io.ReadCloser, error) {
	if o.size == 0 {
		return http.NoBody, nil
	}
	source, err := OpenRegular(o.file)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.opened++
	o.sent = 0
	o.sum.Reset()
	return &sourceReader{file: source, of: o, number: o.opened}, nil
}

func (o *uploadSource) fileChanged() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.changed
}

// checksum is that of the bytes sent; whole is false where they are not the whole file.
func (o *uploadSource) checksum() (checksum string, whole bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return sha256Prefix + hex.EncodeToString(o.sum.Sum(nil)), o.sent == o.size
}

// sourceReader is one opening of an uploadSource.
type sourceReader struct {
	file   *os.File
	of     *uploadSource
	number int
}

func (r *sourceReader) Close() error { return r.file.Close() }

func (r *sourceReader) Read(buffer []byte) (int, error) {
	n, err := r.file.Read(buffer)
	o := r.of
	o.mu.Lock()
	defer o.mu.Unlock()
	if r.number != o.opened {
		return n, err
	}
	o.sent += int64(n)
	_, _ = o.sum.Write(buffer[:n])
	if o.sent > o.size || errors.Is(err, io.EOF) && o.sent < o.size {
		o.changed = true
		return 0, &FileChangedError{File: o.file}
	}
	o.onProgress(o.sent)
	return n, err
}
