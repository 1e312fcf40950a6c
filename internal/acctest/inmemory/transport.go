package inmemory

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"syscall"
)

// Transport hands requests to a handler, and breaks connections where the handler does.
type Transport struct {
	Handler http.Handler
}

// RoundTrip returns what a network would: the response of the handler, or the error of the request's context if that ends first.
func (m Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	served := request.Clone(request.Context())
	if served.Body == nil { // which a handler never sees
		served.Body = http.NoBody
	}
	recorder, aborted := httptest.NewRecorder(), false
	func() {
		defer func() {
			if cause := recover(); cause != nil {
				if err, ok := cause.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
					panic(cause)
				}
				aborted = true
			}
		}()
		m.Handler.ServeHTTP(recorder, served)
	}()
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	if aborted && recorder.Body.Len() == 0 {
		return nil, syscall.ECONNRESET
	}
	response := recorder.Result()
	response.Request = request
	if aborted {
		response.ContentLength, _ = strconv.ParseInt(response.Header.Get("Content-Length"), 10, 64)
		response.Body = io.NopCloser(io.MultiReader(bytes.NewReader(recorder.Body.Bytes()), cutOff{}))
	}
	return response, nil
}

// cutOff is the end of a body whose connection broke.
type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
