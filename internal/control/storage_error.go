package control

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"time"
)

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
		var forbidden *forbiddenHostError
		return !errors.As(e.Err, &forbidden) && !errors.Is(e.Err, errTooSlow) && worthRepeating(request{method: http.MethodPut}, nil, e.Err)
	}
	return serverFault(e.Status) || e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout
}

func (e *StorageError) fields() map[string]any {
	return map[string]any{"host": e.Host, "status": e.Status, "error": e.Error()}
}

// storageError is a response other than 2xx. A storage may echo the URL, or its signature, anywhere.
func (t uploadTarget) storageError(resp *http.Response, message []byte, cut error) error {
	resp.Header.Del("Location")
	api := newAPIError(request{}, resp, []byte(t.masked(string(message))), "")
	api.mask(t.masked) // what JSON spells in another way
	return &StorageError{
		Host: t.url.Host, Status: resp.StatusCode, Message: api.Message, Err: t.withoutSecrets(cut), pause: min(retryAfter(resp), retryWaitMax),
		RequestID: shorten(t.masked(cmp.Or(api.RequestID, resp.Header.Get("X-Amz-Request-Id"))), maxExcerpt),
	}
}

// withoutSecrets is an error of a request to the storage as a user may see it. One that quotes the URL, or what the storage has
// sent, keeps its cause.
func (t uploadTarget) withoutSecrets(err error) error {
	if err == nil {
		return nil
	}
	err = withoutURL(err)
	if text := concise(maskedError(err, t.masked)).Error(); text != err.Error() {
		return &retoldError{text: text, cause: err}
	}
	return err
}

// retoldError is an error with another text.
type retoldError struct {
	text  string
	cause error
}

func (e *retoldError) Error() string { return e.text }

func (e *retoldError) Unwrap() error { return e.cause }
