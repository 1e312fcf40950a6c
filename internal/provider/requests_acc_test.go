package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// requests are those of one run of `terraform apply`, of its plan and its apply together, in the order of their names. One that is sent
// twice is there twice.
type requests struct{ create, update, destroy string }

// requestsOf are the requests of each lifecycle. An update and a destroy begin with the read of the refresh. A change answers the object, as a
// creation does, and is followed by a read only where it does not (CONTRACT.md 1.82). What is read besides has a reason:
//
//   - Names of keys, experiments and integrations are not unique. The plan lists them to warn of namesakes; the apply lists them right before the
//     creation, since what a lost answer has created is what the list has lacked.
//   - A file is sent only if the model exists and has no such version; an import needs the name of the model. That of an empty list of
//     versions is read as well, and the version after an import, which answers no version.
//   - An apply reads an object of which it then changes only what differs: settings, a device, a version, a federation, members.
//   - A server may add or remove members only in part, so they are listed after a change.
//   - The plan of the first membership reads the group, whose members must not follow rules, and lists those that the apply will remove.
//   - An experiment is read before it ends, because that cannot be undone.
//
// Deployments have budgets of their own in internal/bench and internal/deployment: how often they wait depends on time.
var requestsOf = map[string]requests{
	"a device": {
		"get device, update device",
		"get device, get device, update device",
		"get device, update device",
	},
	"a device group": {"create group", "get group, update group", "delete group, get group"},
	"members of a group": {
		"add group members, get group, list group members, list group members",
		"add group members, list group members, list group members, list group members, remove group member, remove group member",
		"list group members, list group members, remove group member, remove group member",
	},
	"members of a group by key": {
		"add group members, get group, list group members, list group members",
		"add group members, list group members, list group members, list group members, remove group member, remove group member",
		"list group members, list group members, remove group member, remove group member",
	},
	"the policy": {
		"get settings, update settings",
		"get settings, get settings, update settings",
		"get settings, get settings, update settings",
	},
	"the settings": {
		"get settings, update settings",
		"get settings, get settings, update settings",
		"get settings, get settings, update settings",
	},
	"a model": {"create model", "get model, update model", "delete model, get model"},
	"a registered version": {
		"create version, publish version",
		"deprecate version, get version, get version, update metrics",
		"delete version, get version",
	},
	"a draft that is published": {
		"create version",
		"get version, get version, publish version",
		"delete version, get version",
	},
	"an uploaded version": {
		"confirm upload, create upload, get model, list versions, publish version, update metrics, upload file",
		"confirm upload, create upload, delete version, get version, list versions, publish version, update metrics, upload file",
		"delete version, get version",
	},
	"an imported version": {
		"get model, get version, get version, import version, publish version, update metrics",
		"delete version, get model, get version, get version, get version, import version, publish version, update metrics",
		"delete version, get version",
	},
	"an API key with other scopes": {
		"create key, list keys, list keys",
		"create key, list keys, list keys, revoke key",
		"list keys, revoke key",
	},
	"an API key that is rotated": {
		"create key, list keys, list keys",
		"list keys, list keys, rotate key",
		"list keys, revoke key",
	},
	"a member": {"add member", "add member, list members", "list members"},
	"an experiment": {
		"create experiment, list experiments, list experiments, list models, replace target groups, start experiment",
		"get experiment, pause experiment, replace target groups, update allocations, update experiment",
		"complete experiment, get experiment, get experiment",
	},
	"a draft of an experiment": {
		"create experiment, list experiments, list experiments, list models",
		"get experiment, update allocations, update experiment",
		"cancel experiment, get experiment, get experiment",
	},
	"a federation": {
		"create federation, invite to federation, list federation members, list models, set privacy budget, share model",
		"get federation, get federation, get privacy, get privacy, invite to federation, list federation members, list federation members, " +
			"list federation members, list federation models, list federation models, list models, set privacy budget, share model",
		"get federation, get privacy, list federation members, list federation models",
	},
	"a metrics integration": {
		"create metrics integration, list metrics integrations, list metrics integrations",
		"get integration, update integration",
		"delete metrics integration, get integration",
	},
	"a log integration": {
		"create log integration, list log integrations, list log integrations",
		"get integration, update integration",
		"delete log integration, get integration",
	},
}

// One run of the command line for each step of all lifecycles, each on a sandbox of its own, sends no more than it needs.
//
// CONTRACT.md 1.82
func TestAccProvider_requests(t *testing.T) {
	t.Parallel()
	acctest.EachDialect(t, func(t *testing.T, dialect sandbox.Dialect) {
		t.Parallel()
		countRequests(t, dialect)
	})
}

func countRequests(t *testing.T, dialect sandbox.Dialect) {
	t.Helper()
	var all []*pair
	var providers strings.Builder
	for i, l := range lifecycles() {
		if l.typeName == "octomil_model_deployment" {
			continue
		}
		p := &pair{scenario: newScenario(t, acctest.Start(t, func(o *sandbox.Options) { o.Dialect = dialect }), l.lifecycle), name: l.name, alias: fmt.Sprint("l", i)}
		all = append(all, p)
		providers.WriteString(p.sb.Provider(fmt.Sprintf("alias = %q", p.alias)))
	}
	cli := acctest.NewCLI(t, providers.String())
	apply := func(step string, config func(p *pair) map[string]any, wanted func(r requests) string) {
		t.Helper()
		resources := map[string]map[string]any{}
		for _, p := range all {
			if resources[p.typeName] == nil {
				resources[p.typeName] = map[string]any{}
			}
			resources[p.typeName][p.alias] = with(config(p), "provider", "octomil."+p.alias)
			p.sb.ClearLedger()
		}
		file := filepath.Join(cli.Dir, "resources.tf.json")
		writeJSON(t, file, map[string]any{"resource": resources})
		if step == "destroy" {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}
		if r := cli.Run(t, "apply", "-auto-approve"); r.Code != 0 {
			t.Fatal(r.Output)
		}
		for _, p := range all {
			var sent []string
			for _, e := range p.sb.Ledger() {
				sent = append(sent, e.Operation)
			}
			slices.Sort(sent)
			if got, want := strings.Join(sent, ", "), wanted(requestsOf[p.name]); got != want {
				t.Errorf("%s, %s:\n%d requests: %s\nwant      : %s", p.name, step, len(sent), got, want)
			}
		}
	}
	apply("create", func(p *pair) map[string]any { return p.create }, func(r requests) string { return r.create })
	apply("update", func(p *pair) map[string]any { return p.update }, func(r requests) string { return r.update })
	apply("destroy", func(p *pair) map[string]any { return p.update }, func(r requests) string { return r.destroy })
}
