package resourcekit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/octomil/terraform-provider-octomil/internal/control"
)

// answered is an error response with the status and the code.
func answered(status int, code string) *control.APIError {
	return &control.APIError{Operation: "create the rollout", Method: "POST", Path: "models/m/rollouts", StatusCode: status, Code: code,
		Message: "No", RequestID: "req_1"}
}

// CONTRACT.md 1.51, 1.52, 1.53, 1.54, 1.58, 1.60, 6.32
func TestErrorDetail(t *testing.T) {
	t.Parallel()
	noRoute := answered(404, "")
	noRoute.NoSuchRoute = true
	for name, tc := range map[string]struct {
		err  error
		says []string
	}{
		"400":             {answered(400, ""), []string{"Could not create the rollout: the server answered 400 Bad Request: No (request req_1).\n\n", "Correct the value"}},
		"401":             {answered(401, ""), []string{"api_key", "OCTOMIL_API_KEY", "~/.octomil/credentials"}},
		"402":             {answered(402, ""), []string{"limit", "billing"}},
		"403":             {answered(403, "forbidden"), []string{"scope"}},
		"403 by policy":   {answered(403, "policy_denied"), []string{"octomil_rollback_policy"}},
		"404":             {answered(404, ""), []string{"org_id"}},
		"bare 404":        {noRoute, []string{"does not support `POST models/m/rollouts`", "api_url", "OCTOMIL_API_URL"}},
		"409":             {answered(409, ""), []string{"Import it", "`terraform plan` again"}},
		"409 by policy":   {answered(409, "policy_denied"), []string{"octomil_rollback_policy"}},
		"422":             {answered(422, ""), []string{"Correct the value"}},
		"redirect":        {answered(302, ""), []string{"api_url"}},
		"503":             {answered(503, ""), []string{"The server, or a proxy in front of it, failed", "support"}},
		"not in the list": {&control.MissingError{Operation: "read the key", Titles: "keys", ID: "k"}, []string{`list of keys has no "k"`, "`terraform plan` again"}},
		"wrapped":         {fmt.Errorf("the first batch: %w", answered(401, "")), []string{"The first batch: could not create", "api_key"}},
		"rate limit":      {&control.RateLimitError{Operation: "roll back", Hint: time.Minute}, []string{"Could not roll back", "1m0s", "timeouts", "max_requests_per_minute"}},
		"not understood":  {&control.BodyError{Operation: "read", Err: errors.New("no JSON"), Excerpt: "<html>"}, []string{"<html>", "proxy", "api_url"}},
		"server down":     {&control.TransportError{Operation: "read", Host: "octomil.test", Err: errors.New("refused")}, []string{"octomil.test is reachable", "api_url"}},
		"interrupted":     {&control.TransportError{Operation: "read", Err: context.Canceled}, []string{"was canceled before the server responded", "`terraform plan` to check"}},
		"timed out":       {&control.TransportError{Operation: "read", Err: context.DeadlineExceeded}, []string{"timed out before the server responded", "`terraform plan` to check"}},
		"without advice":  {answered(418, ""), []string{"Could not create the rollout: the server answered 418 I'm a teapot: No (request req_1)."}},
		"something else":  {errors.New("something else."), []string{"Something else."}}, //nolint:revive // the stop must not be doubled
		"429 at the end":  {&control.RateLimitError{APIError: answered(429, "")}, []string{"429", "req_1", "max_requests_per_minute"}},
		"gateway timeout": {answered(504, ""), []string{"support"}},
	} {
		got := ErrorDetail(tc.err)
		for _, part := range tc.says {
			if !strings.Contains(got, part) {
				t.Errorf("%s: %q does not say %q", name, got, part)
			}
		}
		if strings.Contains(got, "..") || strings.HasSuffix(got, "\n") {
			t.Errorf("%s: %q is not well formed", name, got)
		}
	}
	if got := ErrorDetail(errors.New("")); got != "" {
		t.Errorf("an empty error has the detail %q", got)
	}
}

func TestAddError(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	AddError(&diags, path.Root("version"), "Could not deploy", errors.New("no"))
	AddError(&diags, path.Empty(), "Could not read", errors.New("no"))
	want := diag.Diagnostics{
		diag.NewAttributeErrorDiagnostic(path.Root("version"), "Could not deploy", "No."),
		diag.NewErrorDiagnostic("Could not read", "No."),
	}
	if diff := cmp.Diff(want, diags); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
}
