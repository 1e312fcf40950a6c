package control

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

const (
	sha256Prefix = "sha256:"
	octetStream  = "application/octet-stream"
	// uploadGrace and slowestUpload bound an attempt: that time, and the one that the file takes at that many bytes a second.
	uploadGrace   = time.Hour
	slowestUpload = 16 << 10
	// progressEvery is the interval between two log lines about one upload.
	progressEvery = 10 * time.Second
	// expectContinueSize is the file size, in bytes, from which the storage is asked whether it accepts the file before it is sent.
	expectContinueSize = 1 << 20
	// maxStorageMessage limits how much of an answer of the storage is read, in bytes. It is more than an error quotes, so that
	// secrets are masked as a whole.
	maxStorageMessage = 64 << 10
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
			v, err := c.confirmUpload(withLogMask(ctx, target.masked), modelID, u, target, size)
			return v, withMaskedQuotes(err, target.masked)
		}
		var refused *StorageError
		if !errors.As(err, &refused) || !refused.expired() || failuresLeft <= 0 {
			return Version{}, err
		}
		tflog.SubsystemWarn(ctx, logSubsystem, "The storage refused the upload URL; requesting a new one", refused.fields())
	}
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
	return target, c.checkUploadTarget(target)
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

// errStalled ends an attempt that makes no progress.
var errStalled = errors.New("no progress")

// errTooSlow ends an attempt that makes progress and does not end. The next one would not, either.
var errTooSlow = errors.New("the storage has not taken the file")

// longestUpload is how long an attempt may take, whatever progress it makes.
func longestUpload(size int64) time.Duration {
	return uploadGrace + time.Duration(size/slowestUpload)*time.Second
}

// putFile is one attempt. It may take long, as long as it makes progress within the stall timeout.
func (c *Client) putFile(ctx context.Context, target uploadTarget, u Upload) (int64, error) {
	before, err := os.Stat(u.File)
	if err != nil {
		return 0, fmt.Errorf("could not upload the file: %w", err)
	}
	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stallTimer := time.AfterFunc(c.stallTimeout, func() { cancel(fmt.Errorf("%w for %s (`request_timeout`)", errStalled, c.stallTimeout)) })
	defer stallTimer.Stop()
	longest := longestUpload(before.Size())
	endTimer := time.AfterFunc(longest, func() { cancel(fmt.Errorf("%w within %s", errTooSlow, longest)) })
	defer endTimer.Stop()
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
		return &StorageError{Host: target.url.Host, Err: target.withoutSecrets(err)}
	}
	if err := checkFinal(resp); err != nil {
		return &StorageError{Host: target.url.Host, Err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	message, err := io.ReadAll(io.LimitReader(resp.Body, maxStorageMessage))
	if resp.StatusCode/100 == 2 { // the body does not matter then
		return nil
	}
	return target.storageError(resp, message, err)
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
