package resourcekit

import (
	"errors"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// ErrorAttributes are the attributes that an error of the control API can belong to. The zero Path stands for none.
type ErrorAttributes struct {
	// Fields are the attributes by the JSON keys of the request, for an error that names a key.
	Fields map[string]path.Path
	// Conflict is the attribute for a 409 other than the policy's, such as a unique name. If it is not set, it is Default.
	Conflict path.Path
	// Default is the attribute that the operation is about, for any other error that a change of the configuration can fix.
	Default path.Path
}

// For returns the attribute that an error belongs to, path.Empty() if it belongs to none: credentials, limits, outages and
// lost connections are not about the configuration of a resource.
func (a ErrorAttributes) For(err error) path.Path {
	var api *control.APIError
	if !errors.As(err, &api) || api.NoOrg { // the provider block lacks it, not the resource
		return path.Empty()
	}
	for _, field := range api.Fields {
		if at, ok := a.Fields[field.Name]; ok {
			return at
		}
	}
	switch {
	case !aboutRequest(api):
		return path.Empty()
	case IsConflict(err) && !isEmpty(a.Conflict):
		return a.Conflict
	case !isEmpty(a.Default):
		return a.Default
	}
	return path.Empty()
}

// aboutRequest is true if the server refused what was requested, and not who requested it, how often, or at which address.
func aboutRequest(err *control.APIError) bool {
	switch err.StatusCode {
	case http.StatusForbidden:
		return PolicyDenied(err)
	case http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusTooManyRequests:
		return false
	}
	return err.StatusCode/100 == 4 && !err.NoSuchRoute
}

// isEmpty is true for path.Empty() and for the zero Path, which are not Equal.
func isEmpty(at path.Path) bool { return len(at.Steps()) == 0 }

// attributeFor returns the attribute of the entity that an error belongs to.
func (e *Entity[M, O]) attributeFor(err error) path.Path {
	attributes := ErrorAttributes{Fields: map[string]path.Path{}}
	for name := range e.Schema.Attributes {
		attributes.Fields[name] = path.Root(name)
	}
	for field, name := range e.Fields {
		attributes.Fields[field] = path.Root(name)
	}
	if e.Unique != "" {
		attributes.Conflict = path.Root(e.Unique)
	}
	return attributes.For(err)
}
