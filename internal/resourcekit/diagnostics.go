package resourcekit

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// AddError adds an error of the control API to the attribute at, which is path.Empty() if it belongs to none; see ErrorAttributes. The
// summary says what failed, such as "Could not create the device group".
func AddError(diags *diag.Diagnostics, at path.Path, summary string, err error) {
	detail := ErrorDetail(err)
	if isEmpty(at) {
		diags.AddError(summary, detail)
		return
	}
	diags.AddAttributeError(at, summary, detail)
}

// ErrorDetail returns the detail of a diagnostic: what was attempted, what the server answered, with the request ID, and what to do next.
func ErrorDetail(err error) string {
	text := Sentence(err.Error())
	if next := advice(err); next != "" {
		text += "\n\n" + next
	}
	return text
}

// Sentence returns a text such as an error's with a capital letter at the beginning and a full stop at the end.
func Sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".") + "."
}

func advice(err error) string {
	var limit *control.RateLimitError
	var body *control.BodyError
	var api *control.APIError
	var transport *control.TransportError
	var storage *control.StorageError
	var changed *control.FileChangedError
	var missing *control.MissingError
	switch {
	case errors.As(err, &missing):
		return "It may have been removed since the plan: run plan again."
	case errors.As(err, &storage):
		return "No version was made of the file. Run the same command again: it uploads the file from its beginning."
	case errors.As(err, &changed):
		return "No version was made of the file. Run the command again once nothing writes to it any more."
	case errors.As(err, &limit):
		return "Nothing was changed by this request. Run it again later, raise the resource's timeouts, or lower the load " +
			"(max_requests_per_minute of the provider block)."
	case errors.As(err, &body):
		return "Check that api_url of the provider block (or OCTOMIL_API_URL) points to an Octomil control plane and to no proxy or web page."
	case errors.As(err, &api):
		return adviceOnResponse(api)
	case errors.As(err, &transport):
		return adviceOnTransport(transport)
	}
	return ""
}

func adviceOnTransport(err *control.TransportError) string {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return "The operation ended before the server had answered. The next plan shows what the server has made of it."
	}
	return fmt.Sprintf("Check that %s is reachable from here and that api_url of the provider block (or OCTOMIL_API_URL) is right. "+
		"State is unchanged; run the same command again once it is.", err.Host)
}

func adviceOnResponse(err *control.APIError) string {
	switch {
	case err.NoSuchRoute:
		return fmt.Sprintf("This server does not know %s %s. Check api_url of the provider block (or OCTOMIL_API_URL); if it is "+
			"right, the server is too old or just starting.", err.Method, err.Path)
	case err.StatusCode == http.StatusUnauthorized:
		return "Check the API key: api_key of the provider block, OCTOMIL_API_KEY, or ~/.octomil/credentials. It may be wrong, expired or revoked."
	case err.StatusCode == http.StatusPaymentRequired:
		return "The plan's limit is reached. See https://app.octomil.com/settings/billing."
	case err.StatusCode == http.StatusForbidden && PolicyDenied(err):
		return "The organization's policy refused it. Stay within the limit it names, or change octomil_rollback_policy."
	case err.StatusCode == http.StatusForbidden:
		return "Use an API key that has the scope for this, or have it added to this one."
	case err.StatusCode == http.StatusNotFound:
		return "It may have been deleted, or belong to another organization: check org_id of the provider block."
	case err.StatusCode == http.StatusConflict && PolicyDenied(err):
		return "The organization's policy refused it. Wait as long as it asks for, or change octomil_rollback_policy."
	case err.StatusCode == http.StatusConflict:
		return "Something of that name exists already, or is in a state that forbids this. Import it, or run plan again to see what has changed."
	case err.StatusCode == http.StatusBadRequest || err.StatusCode == http.StatusUnprocessableEntity:
		return "Correct the value that the server names and apply again."
	case err.StatusCode/100 == 3:
		return "Set api_url of the provider block (or OCTOMIL_API_URL) to the address of the control plane itself."
	case err.StatusCode >= http.StatusInternalServerError:
		return "This is a fault of the server or of something in front of it. Run the same command again; if it stays, quote the request id to Octomil's support."
	}
	return ""
}

// PolicyDenied is true if the organization's policy refused the request (CONTRACT.md, section 6).
func PolicyDenied(err error) bool {
	var api *control.APIError
	return errors.As(err, &api) && api.Code == "policy_denied"
}
