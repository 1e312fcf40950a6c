package provider_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// A plan that opens an ephemeral key before its refresh sends no more requests than one that does not, except one: the keys are listed
// again before the key is created, so that a key of the same name from another program is not taken for ours.
func TestAccAPIKeyEphemeral_requestsOfAPlan(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.EphemeralValues)
	sb := acctest.Start(t)
	cli := acctest.NewCLI(t, sb.Provider()+`
resource "octomil_api_key" "lasting" {
  name   = "ci"
  scopes = ["models:read"]
}

ephemeral "octomil_api_key" "ci" {
  name   = octomil_api_key.lasting.name
  scopes = ["models:read"]
}

resource "octomil_device_group" "wave" {
  count      = 40
  name       = "wave-${count.index}"
  depends_on = [ephemeral.octomil_api_key.ci]
}
`)
	for _, args := range [][]string{{"apply", "-auto-approve"}, {"plan", "-detailed-exitcode"}} {
		sb.ClearLedger()
		if r := cli.Run(t, args...); r.Code != 0 {
			t.Fatalf("%v: exit code %d\n%s", args, r.Code, r.Output)
		}
	}
	n := map[string]int{}
	for _, e := range sb.Ledger() {
		n[e.Operation]++
	}
	if n["list keys"] != 2 {
		t.Errorf("the keys were listed %d times; want one for the refresh, and one right before the key was made", n["list keys"])
	}
	if n["create key"] != 1 || n["revoke key"] != 1 || n["list groups"] > 3 || n["get group"] > 3 {
		t.Errorf("the plan took %v", n)
	}
}

// The documented example, run by the real command line: the key works in the plan and in the apply. Afterwards it is revoked, and in no
// file or output.
func TestAccAPIKeyEphemeral_example(t *testing.T) {
	t.Parallel()
	acctest.Needs(t, acctest.EphemeralValues)
	sb := acctest.Start(t)
	cli := acctest.NewCLI(t, sb.Provider()+example(t, "ephemeral-resources", "octomil_api_key", "ephemeral-resource.tf"))
	cli.Env = []string{"OCTOMIL_API_URL=" + sb.URL, "OCTOMIL_ORG_ID=demo", "TF_LOG=TRACE", "TF_LOG_PATH=" + filepath.Join(cli.Dir, "trace.log")}
	var printed strings.Builder
	for _, args := range [][]string{{"plan", "-out=tfplan"}, {"apply", "tfplan"}, {"plan", "-detailed-exitcode"}, {"apply", "-destroy", "-auto-approve"}} {
		r := cli.Run(t, args...)
		if r.Code != 0 {
			t.Fatalf("%v: exit code %d\n%s", args, r.Code, r.Output)
		}
		printed.WriteString(r.Output)
		if left := activeKeys(t, sb); !cmp.Equal(left, []string{}) {
			t.Errorf("after %v %v work", args, left)
		}
	}
	keys, _ := sb.Do(t, "GET", "/api/v1/api-keys", nil)["items"].([]any)
	if len(keys) < 3 {
		t.Errorf("%d keys were made in a plan, an apply, a plan and a destroy", len(keys))
	}
	made := false
	for _, e := range sb.Ledger() {
		made = made || e.Operation == "create group" && e.Status == http.StatusCreated
	}
	if !made {
		t.Error("the group was not made")
	}
	for _, k := range keys {
		object, _ := k.(map[string]any)
		prefix := fmt.Sprint(object["prefix"])
		if len(prefix) < 8 {
			t.Fatalf("the keys are %v", keys)
		}
		search(t, "the output", []byte(printed.String()), prefix)
		if searched := searchFolder(t, cli.Dir, prefix); !searched["tfplan/tfplan"] || !searched["trace.log"] || !searched["terraform.tfstate.backup"] {
			t.Errorf("not all was searched: %v", searched)
		}
	}
}
