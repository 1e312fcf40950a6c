package access_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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

// A key is revoked at the end of a run that Terraform ends without a close: after an error of a resource that uses the key, and after an
// interrupt.
func TestAccAPIKeyEphemeral_endsWithTheRun(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.EphemeralValues)
	const uses = `
ephemeral "octomil_api_key" "ci" {
  name = "ci"
}
resource "octomil_device_group" "ring" {
  name       = "ring"
  depends_on = [ephemeral.octomil_api_key.ci]
}
`
	refused := sandbox.Fault{Method: http.MethodPost, Path: "device-groups", Status: 403}
	waits := sandbox.Fault{Method: http.MethodPost, Path: "device-groups", Status: 429, Headers: map[string]string{"Retry-After": "600"}}
	for name, fault := range map[string]sandbox.Fault{"failed": refused, "interrupted": waits} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sb := start(t, sandbox.DialectDocs)
			sb.AddFault(fault)
			apply := acctest.NewCLI(t, sb.Provider()+uses).Start(t, "apply", "-auto-approve")
			if name == "interrupted" {
				sb.Await(t, "create group")
				apply.Interrupt(t)
			}
			if r := apply.Wait(t); r.Code == 0 {
				t.Errorf("no error:\n%s", r.Output)
			}
			created := len(listObjects(t, sb, keysPath, "keys"))
			if keys := activeKeyIDs(t, sb); created == 0 || len(keys) > 0 {
				t.Errorf("of %d keys, %v are still valid", created, keys)
			}
		})
	}
}

// A close that the server makes wait for longer than a close may take fails at once, and names the key.
func TestAccAPIKeyEphemeral_closeIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sb := acctest.StartVirtual(t, func(o *sandbox.Options) { o.Empty = true })
		opened, report := sb.Open(t, "octomil_api_key", key())
		if report.Failed() {
			t.Fatal(report.Errors)
		}
		sb.AddFault(sandbox.Fault{Method: http.MethodPost, Path: "api-keys/*/revoke", Times: -1, Status: 429, Headers: map[string]string{"Retry-After": "1000"}})
		began := time.Now()
		closed := opened.Close()
		if took := time.Since(began); took > time.Minute {
			t.Errorf("the close took %s", took)
		}
		expectMention(t, closed.Errors, "Could not revoke the ephemeral API key", fmt.Sprint(opened.Result["id"]), "429")
	})
}
