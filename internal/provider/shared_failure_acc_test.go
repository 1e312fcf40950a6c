package provider_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// sharedFailure is what makes every request of a run fail in the same way, with the words of the one error that explains it and of the
// others.
type sharedFailure struct{ full, again string }

var (
	rejectedKey = sharedFailure{"`OCTOMIL_API_KEY`", "the API key was rejected here too"}
	missingOrg  = sharedFailure{"Set `org_id` in the provider block, or `OCTOMIL_ORG_ID`", "requires the organization here too"}
)

// explainedOnce fails unless all errors are this failure, and one explains it, as the first ones of a provider process.
func (f sharedFailure) explainedOnce(t *testing.T, said acctest.Diagnostics) {
	t.Helper()
	if full := f.explained(t, said.Errors); full != 1 {
		t.Errorf("%d of %d errors explain it: %v", full, len(said.Errors), said.Errors)
	}
}

// explained counts the errors that explain the failure, and fails unless all others refer to that in one line.
func (f sharedFailure) explained(t *testing.T, errors []string) (full int) {
	t.Helper()
	for _, text := range errors {
		switch {
		case strings.Contains(text, f.full):
			full++
		case !strings.Contains(text, f.again):
			t.Errorf("an unexpected error: %s", text)
		case strings.Contains(text, "\n"):
			t.Errorf("the error has more than one line: %q", text)
		}
	}
	return full
}

// Every command with a rejected key, of every resource type, explains it once.
//
// CONTRACT.md 1.52
func TestEveryResourceExplainsARejectedKeyOnce(t *testing.T) {
	t.Parallel()
	for _, l := range lifecycles() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			sb := acctest.StartVirtual(t)
			s := newScenario(t, sb, l.lifecycle)
			s.must(s.apply(s.create))
			sb.Key = "expired"
			rejectedKey.explainedOnce(t, s.core.Plan(s.update).Diagnostics)
			if again := s.core.Refresh(); rejectedKey.explained(t, again.Errors) != 0 || len(again.Errors) == 0 {
				t.Errorf("once more in the same process: %v", again.Errors)
			}
			rejectedKey.explained(t, s.core.Destroy().Errors)
			if _, said := sb.Query(t, l.typeName, s.filters, 0, true); len(said.Errors) > 0 {
				rejectedKey.explainedOnce(t, said)
			}
		})
	}
}

// On a server that insists on the organization, every command of every resource type works without one, or says once where to set it.
//
// CONTRACT.md 1.18, 8.25
func TestEveryResourceAsksForTheOrganizationOnce(t *testing.T) {
	t.Parallel()
	for _, dialect := range []sandbox.Dialect{sandbox.DialectDocs, sandbox.DialectSDK} {
		for _, l := range lifecycles() {
			t.Run(string(dialect)+"/"+l.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { asksForTheOrganizationOnce(t, dialect, l.lifecycle) })
			})
		}
	}
}

// asksForTheOrganizationOnce takes a lifecycle through its commands on such a server, without an organization after the creation.
func asksForTheOrganizationOnce(t *testing.T, dialect sandbox.Dialect, l lifecycle) {
	t.Helper()
	sb := acctest.StartVirtual(t, func(o *sandbox.Options) {
		o.Dialect, o.Variants = dialect, []sandbox.Variant{sandbox.RequireOrg}
	})
	s := newScenario(t, sb, l)
	s.must(s.apply(s.create))
	sb.Org = ""
	check := func(said acctest.Diagnostics) {
		t.Helper()
		about := slices.DeleteFunc(said.Errors, func(text string) bool {
			return !strings.Contains(text, "org_id is required") && !strings.Contains(text, "organization is not known") &&
				!strings.Contains(text, missingOrg.again)
		})
		if full := missingOrg.explained(t, about); full > 1 {
			t.Errorf("%d errors explain it: %v", full, about)
		}
	}
	check(s.apply(s.update))
	check(s.core.Refresh())
	check(s.core.Import(s.importID))
	if lists := l.typeName == "octomil_device" || l.typeName == "octomil_device_group" || l.typeName == "octomil_device_group_members"; lists {
		_, said := sb.Query(t, l.typeName, s.filters, 0, false)
		missingOrg.explainedOnce(t, said)
	}
	check(s.core.Destroy())
	check(s.apply(s.create))
}

// everyReader are data sources of every type, most of them several times, as one run of a real command line reads them.
const everyReader = `
data "octomil_devices" "all" {}
data "octomil_device_groups" "all" {}
data "octomil_device_group" "some" {
  count = 8
  name  = "staging"
}
data "octomil_device" "some" {
  count             = 4
  device_identifier = "edge-00000${count.index + 1}"
}
data "octomil_deployment_preview" "group" {
  model   = "phi-4-mini"
  version = "2.0.0"
  group   = "staging"
}
`

const moreReaders = `
data "octomil_model" "some" {
  count = 8
  name  = "phi-4-mini"
}
data "octomil_models" "all" {}
data "octomil_model_versions" "phi" { model = "phi-4-mini" }
data "octomil_rollouts" "phi" { model = "phi-4-mini" }
data "octomil_rollout_status" "phi" { model = "phi-4-mini" }
data "octomil_org_settings" "this" {}
resource "octomil_model_deployment" "phi" {
  count   = 10
  model   = "phi-4-mini"
  group   = "group-${count.index}"
  version = "2.0.0"
}
`

// One run of many resources and data sources explains once what fails all of them.
//
// CONTRACT.md 1.18, 1.52
func TestAccProvider_sharedFailures(t *testing.T) {
	t.Parallel()
	ends := regexp.MustCompile(`(?m)^Error: |^│ Error: `)
	for name, tc := range map[string]struct {
		sharedFailure
		prepare func(sb *acctest.Sandbox)
		config  string
	}{
		"rejected key":         {rejectedKey, func(sb *acctest.Sandbox) { sb.Key = "expired" }, everyReader + moreReaders},
		"missing organization": {missingOrg, func(sb *acctest.Sandbox) { sb.Org = "" }, everyReader},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sb := acctest.Start(t, func(o *sandbox.Options) { o.Variants = []sandbox.Variant{sandbox.RequireOrg} })
			tc.prepare(sb)
			result := acctest.NewCLI(t, sb.Provider()+tc.config).Run(t, "plan")
			output := strings.Join(strings.Fields(strings.ReplaceAll(result.Output, "│", " ")), " ")
			errors := len(ends.FindAllString(result.Output, -1))
			full, again := strings.Count(output, tc.full), strings.Count(output, tc.again)
			if errors < 5 || full != 1 || again != errors-1 {
				t.Errorf("%d errors, of which %d explain it and %d refer to that:\n%s", errors, full, again, result.Output)
			}
		})
	}
}
