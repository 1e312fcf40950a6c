package access_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

func TestAccAPIKeyEphemeral_openAndClose(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Helper()
		t.Parallel()
		sb := start(t, dialect)
		opened, report := sb.Open(t, "octomil_api_key", key("models:read"))
		if report.Failed() {
			t.Fatal(report.Errors)
		}
		secret := opened.Result["api_key"]
		if opened.Result["id"] != "key_00000001" || opened.Result["name"] != "ci" || responseStatus(t, sb, secret, "/api/v1/models") != 200 {
			t.Errorf("opened %v", opened.Result)
		}
		if report := opened.Close(); report.Failed() || responseStatus(t, sb, secret, "/api/v1/models") != 401 {
			t.Errorf("after the close the keys %v are active: %v", activeKeyIDs(t, sb), report.Errors)
		}
		if report := opened.Close(); report.Failed() {
			t.Errorf("second close: %v", report.Errors)
		}
		for _, e := range sb.Ledger() {
			if e.Caller != "" && e.Caller != "octomil_api_key" {
				t.Errorf("%s was sent by %q", e.Operation, e.Caller)
			}
		}
	})
}

func TestAccAPIKeyEphemeral_errors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, empty)
		for want, config := range map[string]map[string]any{"name: Invalid": {"name": ""}, "`resource:permission`": key("everything")} {
			if _, report := sb.Open(t, "octomil_api_key", config); !report.Failed() || !strings.Contains(report.Errors[0], want) {
				t.Errorf("%v: %v", config, report.Errors)
			}
		}
		sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: "api-keys", Status: 402})
		_, report := sb.Open(t, "octomil_api_key", key())
		expectMention(t, report.Errors, "Could not create the ephemeral API key", "402", "req_", "billing")

		// The response of the open is lost: there is one key, which the close revokes.
		sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: "api-keys", Execute: true, Status: 502})
		opened, report := sb.Open(t, "octomil_api_key", key())
		if report.Failed() || len(activeKeyIDs(t, sb)) != 1 {
			t.Fatalf("the active keys are %v: %v", activeKeyIDs(t, sb), report.Errors)
		}
		// The close fails: the error names the key that still works, and says what to do.
		sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: "api-keys/*/revoke", Status: 403})
		id := fmt.Sprint(opened.Result["id"])
		closed := opened.Close()
		expectMention(t, closed.Errors, "Could not revoke the ephemeral API key", "403", "req_", "The key `"+id+"` works until it is revoked", "`octomil keys revoke "+id+"`")
		for _, text := range closed.Errors {
			if strings.Contains(text, fmt.Sprint(opened.Result["api_key"])) {
				t.Errorf("the error contains the secret: %s", text)
			}
		}
		// The response of the close is lost: the key is revoked.
		sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: "api-keys/*/revoke", Execute: true, Cut: sandbox.CutBefore})
		if report := opened.Close(); report.Failed() || len(activeKeyIDs(t, sb)) != 0 {
			t.Errorf("the active keys are %v: %v", activeKeyIDs(t, sb), report.Errors)
		}
	})
}
