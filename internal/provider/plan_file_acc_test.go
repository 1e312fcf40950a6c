package provider_test

import (
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// A plan file that is applied with the credentials of another organization changes nothing there.
func TestAccProvider_planFileOfAnotherOrganization(t *testing.T) {
	t.Parallel()
	sb := acctest.Start(t)
	other := acctest.Start(t, func(o *sandbox.Options) { o.OrgID = "other" })
	cli := acctest.NewCLI(t, `provider "octomil" {}`+strings.ReplaceAll(pinned, "2.0.0", "1.0.0"))
	as := func(s *acctest.Sandbox, org string) {
		cli.Env = []string{"OCTOMIL_API_URL=" + s.URL, "OCTOMIL_API_KEY=" + s.Key, "OCTOMIL_ORG_ID=" + org}
	}
	as(sb, "demo")
	mustRun(t, cli, "1 added", "apply", "-auto-approve")
	cli.Configure(t, `provider "octomil" {}`+strings.ReplaceAll(pinned, "lifecycle { ignore_changes = [version] }", ""))
	mustRun(t, cli, "124 devices", "plan", "-out=tfplan")
	as(other, "other")
	if r := cli.Run(t, "apply", "tfplan"); r.Code == 0 || !strings.Contains(strings.Join(strings.Fields(r.Output), " "), `configured for "other"`) {
		t.Errorf("exit code %d:\n%s", r.Code, r.Output)
	}
	if writes := other.Writes(); len(writes) > 0 {
		t.Errorf("the other organization got %v", writes)
	}
	sb.ExpectFleet(t, "phi-4-mini", map[string]int{"1.0.0": 124})
}
