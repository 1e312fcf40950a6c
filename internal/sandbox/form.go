package sandbox

import (
	"bytes"
	"mime"
	"mime/multipart"
	"net/url"
)

// form reads a form in either encoding. Any other body counts as an empty form, so the error names the missing field.
func (c *call) form() (url.Values, error) {
	kind, parameters, err := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	if err != nil {
		return url.Values{}, nil //nolint:nilerr // an unreadable content type is not that of a form
	}
	switch kind {
	case "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(c.body))
		if err != nil {
			return nil, badRequest("invalid form: %v", err)
		}
		return values, nil
	case "multipart/form-data":
		read, err := multipart.NewReader(bytes.NewReader(c.body), parameters["boundary"]).ReadForm(maxRequestBody)
		if err != nil {
			return nil, badRequest("invalid form: %v", err)
		}
		return read.Value, nil
	default:
		return url.Values{}, nil
	}
}

// requireField reads a field of a form that must not be empty.
func requireField(form url.Values, name string) (string, error) {
	value := form.Get(name)
	if value == "" {
		return "", invalid(name, "%s is required", name)
	}
	return value, nil
}
