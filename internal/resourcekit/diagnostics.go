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

// AddError adds an error of the control API to the attribute at, which is path.Empty() if it belongs to none; see
// ErrorAttributes. The summary says what failed, such as "Could not create the device group".
func AddError(diags *diag.Diagnostics, at path.Path, summary string, err error) {
	detail := ErrorDetail(err)
	if isEmpty(at) {
		diags.AddError(summary, detail)
		return
	}
	diags.AddAttributeError(at, summary, detail)
}

// ErrorDetail returns the detail of a diagnostic: what was attempted, what the server answered, with the request ID, and
// what to do next.
//
// What fails every request of a run, such as an expired API key, is said in full once, and in one line by all other errors.
func ErrorDetail(err error) string {
	if text := repetition(err); text != "" {
		return text
	}
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

// repetition is the one line of an error whose cause another error has explained, "" for any other error.
func repetition(err error) string {
	switch operation := control.OperationOf(err); {
	case !control.Repeats(err):
		return ""
	case control.WantsOrg(err):
		return fmt.Sprintf("Could not %s: the server requires the organization here too. See the first error about `org_id`.", operation)
	default:
		return fmt.Sprintf("Could not %s: the API key was rejected here too. See the first error about the API key.", operation)
	}
}

func advice(err error) string {
	var limit *control.RateLimitError
	var body *control.BodyError
	var api *control.APIError
	var transport *control.TransportError
	var storage *control.StorageError
	var changed *control.FileChangedError
	var missing *control.MissingError
	var namesake *control.NamesakeError
	switch {
	case errors.As(err, &namesake):
		return fmt.Sprintf("Find out whose it is. If this configuration has created it, import it under its address in the configuration:\n\n    "+
			"terraform import <address> %q\n\nIf it is somebody else's, choose another name.", namesake.ID)
	case control.Mismatched(err):
		return "Nothing of the answer was taken over, and the state is unchanged. A cache or a proxy in front of the control plane may mix up " +
			"answers: check `api_url` in the provider block (or `OCTOMIL_API_URL`), then run the same command again. If the error persists, " +
			"contact Octomil support and quote the request ID."
	case errors.As(err, &missing):
		return "It may have been deleted since the plan. Run `terraform plan` again."
	case errors.As(err, &storage):
		return "No version was created from the file. Run the same command again: it uploads the file from the beginning."
	case errors.As(err, &changed):
		return "No version was created from the file. Run the same command again after the file has been written completely."
	case errors.As(err, &limit):
		return "This request changed nothing. Run the same command again later, increase the `timeouts` of the resource, or lower " +
			"`max_requests_per_minute` in the provider block."
	case errors.As(err, &body):
		return "Check that `api_url` in the provider block (or `OCTOMIL_API_URL`) is the URL of an Octomil control plane and not that of a " +
			"proxy or a web page."
	case errors.As(err, &api):
		return adviceOnResponse(api)
	case errors.As(err, &transport):
		return adviceOnTransport(transport)
	}
	return ""
}

func adviceOnTransport(err *control.TransportError) string {
	const unsure = "before the server responded; the change may or may not have been applied. Run `terraform plan` to check."
	switch {
	case errors.Is(err, context.Canceled):
		return "The operation was canceled " + unsure
	case errors.Is(err, context.DeadlineExceeded):
		return "The operation timed out " + unsure
	}
	return fmt.Sprintf("The state is unchanged. Check that %s is reachable from this machine and that `api_url` in the provider block (or "+
		"`OCTOMIL_API_URL`) is correct, then run the same command again.", err.Host)
}

func adviceOnResponse(err *control.APIError) string {
	switch {
	case err.NoOrg:
		return "The control plane does not derive the organization from the API key. Set `org_id` in the provider block, or `OCTOMIL_ORG_ID`."
	case err.NoSuchRoute:
		return fmt.Sprintf("The server does not support `%s %s`. It may be too old, or still starting. Check `api_url` in the provider block "+
			"(or `OCTOMIL_API_URL`).", err.Method, err.Path)
	case err.StatusCode == http.StatusUnauthorized:
		return "The API key may be wrong, expired or revoked. Check `api_key` in the provider block, `OCTOMIL_API_KEY`, or " +
			"`~/.octomil/credentials`."
	case err.StatusCode == http.StatusPaymentRequired:
		return "The organization has reached a limit of its subscription. See https://app.octomil.com/settings/billing."
	case err.StatusCode == http.StatusForbidden && PolicyDenied(err):
		return "The organization's policy denied the request. If it requires an approval, ask an owner or admin of the organization to approve " +
			"the step in the dashboard, then run the same command again. If it names a limit, stay within it. An owner or admin can also change " +
			"the policy, for example with `octomil_rollback_policy`."
	case err.StatusCode == http.StatusForbidden:
		return adviceOnScope(err.RequiredScope())
	case err.StatusCode == http.StatusNotFound:
		return "It may have been deleted, or belong to another organization. Check `org_id` in the provider block."
	case err.StatusCode == http.StatusConflict && PolicyDenied(err):
		return "The organization's policy denied the request. Wait for the time that it names, then run the same command again. An owner or " +
			"admin of the organization can also change the policy, for example with `octomil_rollback_policy`."
	case err.StatusCode == http.StatusConflict:
		return "An object with this name already exists, or the object's current state does not allow the change. Import it, or run " +
			"`terraform plan` again to see what has changed."
	case err.StatusCode == http.StatusBadRequest || err.StatusCode == http.StatusUnprocessableEntity:
		return "Correct the value that the server names, then run `terraform apply` again."
	case err.StatusCode/100 == 3:
		return "Set `api_url` in the provider block (or `OCTOMIL_API_URL`) to the URL of the control plane itself."
	case err.StatusCode >= http.StatusInternalServerError:
		return "The server, or a proxy in front of it, failed. Run the same command again. If the error persists, contact Octomil support and " +
			"quote the request ID."
	}
	return ""
}

// adviceOnScope names the scope that a key lacks, as far as it is known.
func adviceOnScope(scope string) string {
	if scope == "" {
		return "The API key lacks a required scope. Use an API key that has the scope."
	}
	return fmt.Sprintf("The API key lacks a required scope, presumably %#q. Use an API key that has the scope; the scopes of an existing key cannot change.",
		scope)
}

// PolicyDenied is true if the organization's policy refused the request (CONTRACT.md, section 6).
func PolicyDenied(err error) bool { return control.PolicyDenied(err) }

// IsConflict is true if an object with the same name exists or the object's state does not allow the request. A conflict
// with the organization's policy is none.
func IsConflict(err error) bool {
	var found *ConflictError
	return errors.As(err, &found) || control.HasStatus(err, http.StatusConflict) && !PolicyDenied(err)
}

// ConflictError is a conflict that a read has found before the write that would have met it.
type ConflictError struct{ Message string }

func (e *ConflictError) Error() string { return e.Message }

// warnOfDifferences warns of attributes that the server has not set as planned. It is no error: that would taint a new object,
// which the next apply would then replace.
func warnOfDifferences(title string, names []string, diags *diag.Diagnostics) {
	for _, name := range names {
		WarnOfDifference(diags, path.Root(name), fmt.Sprintf("a different value for %#q of the %s", name, title))
	}
}

// WarnOfDifference warns that the server has accepted a write and returned something else, such as "the value `5` for `x`".
func WarnOfDifference(diags *diag.Diagnostics, at path.Path, returned string) {
	diags.AddAttributeWarning(at, "Unexpected value after apply", fmt.Sprintf("The server accepted the request but returned %s. "+
		"Run `terraform plan` to see it. If another apply does not change it, the server does not support the configured value: change "+
		"the configuration.", returned))
}

// warnOfWholePercents warns of percentages of which the server has dropped the fractions.
func warnOfWholePercents(title string, names []string, diags *diag.Diagnostics) {
	for _, name := range names {
		WarnOfWholePercents(diags, path.Root(name), name, title)
	}
}

// WarnOfWholePercents warns of one such percentage.
func WarnOfWholePercents(diags *diag.Diagnostics, at path.Path, name, title string) {
	diags.AddAttributeWarning(at, "The server keeps whole percentages", fmt.Sprintf("The server rounded `%s` of the %s down to a whole "+
		"percentage. The state keeps the configured value. To see what is in force, configure a whole percentage.", name, title))
}

// warnOfUnreadWrite warns that what was written could not be read afterwards.
func warnOfUnreadWrite(title string, err error, diags *diag.Diagnostics) {
	diags.AddWarning(fmt.Sprintf("Could not read the %s that was written", title), fmt.Sprintf("The server accepted the request. %s\n\nRun "+
		"`terraform plan` to compare it with the configuration.", ErrorDetail(err)))
}
