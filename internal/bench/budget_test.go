//go:build bench

package bench

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// TestRequestBudgets refreshes as Terraform does, ten resources at a time, and counts the requests, whose number is the same on any
// machine.
func TestRequestBudgets(t *testing.T) {
	for _, tc := range []struct {
		name    string
		dialect sandbox.Dialect
		budget  int
		// imported are the resources to refresh.
		imported func(t *testing.T, dialect sandbox.Dialect) (organization, *acctest.Walk)
	}{
		{"1000 groups", sandbox.DialectDocs, 4, thousandGroups},
		{"1000 groups", sandbox.DialectSDK, 4, thousandGroups},
		{"1000 deployments, lists with assignments", sandbox.DialectDocs, 140, thousandDeployments},
		// Each of the 900 devices is asked once, whatever the number of models.
		{"1000 deployments, lists without assignments", sandbox.DialectSDK, 1020, thousandDeployments},
		{"a group of 100000 members", sandbox.DialectDocs, 110, hugeGroup},
		{"a group of 100000 members", sandbox.DialectSDK, 110, hugeGroup},
		{"1000 API keys", sandbox.DialectDocs, 2, thousandKeys},
		{"1000 API keys", sandbox.DialectSDK, 2, thousandKeys},
		{"1000 models", sandbox.DialectDocs, 24, thousandModels},
		{"1000 models", sandbox.DialectSDK, 24, thousandModels},
		{"1000 versions of 10 models", sandbox.DialectDocs, 30, thousandVersions},
		{"1000 versions of 10 models", sandbox.DialectSDK, 30, thousandVersions},
	} {
		t.Run(tc.name+", "+string(tc.dialect), func(t *testing.T) {
			o, walk := tc.imported(t, tc.dialect)
			o.ClearLedger()
			walk.Refresh(t)
			n := len(o.Ledger())
			t.Logf("%d requests of %d: %v", n, tc.budget, countOperations(o.Ledger()))
			if n == 0 || n > tc.budget {
				t.Errorf("a refresh took %d requests; the budget is %d", n, tc.budget)
			}
		})
	}
}

// TestRequestBudgetOfAnApply plans and creates with the real command line. A look, a check or a preview too many is one for nearly each of a
// hundred, and breaks the budget.
//
// Of the hundred deployments, each takes a preview in the plan and a write. Each of the 90 to groups is confirmed by the members after it,
// which only those share that wait for one group at one time. The rest is the lists: of the versions and, twice in the plan and the apply,
// the rollouts for each model, and of the members for each group.
//
// One deployment needs a list of the models, of the versions and of the rollouts, the policy and the preview in the plan; in the apply, which
// is another process, to which a plan hands no ID of what is to be created, again the models, the rollouts and the policy, then the write, and
// one list of the rollouts that shows the end. One to a group needs the groups and the members where that to the fleet needs the policy.
//
// An upload is four requests: for its URL, with the file, to confirm and to publish. The list of the versions shows before it that the model
// exists and the version is new. Metrics are one more, and so is the first version of a model, because an empty list does not show that it
// exists. A federation is created, gets its member, its model and its budget, and is asked for its members, because an invitation does not
// answer who has become one; the list of the models finds the ID of its model.
func TestRequestBudgetOfAnApply(t *testing.T) {
	for _, tc := range []struct {
		name      string
		n, budget int
		prepare   func(t *testing.T, n int) scenario
	}{
		{"deployments to the fleet and to groups", 100, 420, deployments},
		{"a deployment to the fleet", 1, 10, deployments},
		{"a deployment to a group", 1, 12, oneDeployment},
		{"members", 100, 210, members},
		{"a version with an uploaded file", 1, 5, upload},
		{"a federation with its members", 1, 6, federation},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := tc.prepare(t, tc.n)
			s.only = commands[:1]
			n := measure(t, s, 0)["apply"].requests
			t.Logf("%d requests of %d: %v", n, tc.budget, countOperations(s.Ledger()))
			if n == 0 || n > tc.budget {
				t.Errorf("the apply took %d requests; the budget is %d", n, tc.budget)
			}
		})
	}
}

// oneDeployment goes to a group of ten devices.
func oneDeployment(t *testing.T, _ int) scenario {
	t.Helper()
	o := newOrganization(t, sandbox.DialectDocs, 10)
	o.groups(t, 1, 10)
	o.models(t, 1)
	return scenario{organization: o, configuration: fmt.Sprintf(`
resource "octomil_model_deployment" "this" {
  model   = "model-0"
  group   = "group-0"
  version = %q
}
`, version)}
}

// upload uploads and publishes another version of a model.
func upload(t *testing.T, _ int) scenario {
	t.Helper()
	file := filepath.Join(t.TempDir(), "model.onnx")
	if err := os.WriteFile(file, []byte("the weights"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := newOrganization(t, sandbox.DialectDocs, 0)
	model := o.Do(t, http.MethodGet, root+"/models/"+o.models(t, 1)[0], nil)
	return scenario{organization: o, configuration: fmt.Sprintf(`
resource "octomil_model_version" "this" {
  model_id  = %q
  version   = "2.0.0"
  source    = %q
  published = true
}
`, model["id"], file)}
}

// federation shares a model with another organization.
func federation(t *testing.T, _ int) scenario {
	t.Helper()
	o := newOrganization(t, sandbox.DialectDocs, 0)
	return scenario{organization: o, configuration: fmt.Sprintf(`
resource "octomil_federation" "this" {
  name                 = "clinics"
  models               = [%q]
  member_org_ids       = ["acme"]
  total_epsilon_budget = 8
}
`, o.models(t, 1)[0])}
}

// TestBudgetOfAHugeGroup plans a group of 10000 devices, without a change and with one device less. The time is that of the processors,
// which other work on the machine changes little; with the list, Terraform alone needs several times the memory.
func TestBudgetOfAHugeGroup(t *testing.T) {
	const (
		maxTime = 4 * time.Second // of Terraform and the provider
		maxPeak = 300             // MiB, of both
	)
	s := oneGroup(t, 10_000, asMap)
	apply, plan := s.only[0], s.only[2]
	s.only = []command{apply, plan, {"plan of one device less", []string{"plan", "-var", "removed=1"}}}
	costs := measure(t, s, 0)
	for _, name := range []string{"plan", "plan of one device less"} {
		c := costs[name]
		if spent := c.cpu; spent <= 0 || spent > maxTime {
			t.Errorf("the %s took %s; the budget is %s", name, spent, maxTime)
		}
		if both := 2 * c.peak; both <= 0 || both > maxPeak { // the other process needs no more than the larger one
			t.Errorf("the %s needed up to %d MiB; the budget is %d MiB", name, both, maxPeak)
		}
	}
}

func thousandGroups(t *testing.T, dialect sandbox.Dialect) (organization, *acctest.Walk) {
	t.Helper()
	o := newOrganization(t, dialect, 0)
	walk := o.ImportAll(t, "octomil_device_group", o.groups(t, 1000, 0))
	return o, walk
}

// thousandDeployments are 100 models, each on the fleet and on the same 9 groups of 100 devices.
func thousandDeployments(t *testing.T, dialect sandbox.Dialect) (organization, *acctest.Walk) {
	t.Helper()
	o := newOrganization(t, dialect, groupsPerModel*100)
	o.groups(t, groupsPerModel, 100)
	ids := o.deploy(t, o.models(t, 100), groupsPerModel)
	walk := o.ImportAll(t, "octomil_model_deployment", ids)
	return o, walk
}

// thousandKeys are as many API keys beside as many that are revoked.
func thousandKeys(t *testing.T, dialect sandbox.Dialect) (organization, *acctest.Walk) {
	t.Helper()
	o := newOrganization(t, dialect, 0)
	ids := make([]string, 1000)
	for i := range ids {
		create := func() string {
			k := o.Do(t, http.MethodPost, root+"/api-keys", map[string]any{"name": "ci", "scopes": map[string]any{"models": "read"}})
			return text(t, k["id"])
		}
		o.Do(t, http.MethodPost, root+"/api-keys/"+create()+"/revoke", nil)
		ids[i] = create()
	}
	walk := o.ImportAll(t, "octomil_api_key", ids)
	return o, walk
}

func thousandModels(t *testing.T, dialect sandbox.Dialect) (organization, *acctest.Walk) {
	t.Helper()
	o := newOrganization(t, dialect, 0)
	walk := o.ImportAll(t, "octomil_model", o.models(t, 1000))
	return o, walk
}

func thousandVersions(t *testing.T, dialect sandbox.Dialect) (organization, *acctest.Walk) {
	t.Helper()
	o := newOrganization(t, dialect, 0)
	var ids []string
	for _, model := range o.models(t, 10) {
		ids = append(ids, model+"/"+version)
		for i := range 99 {
			another := fmt.Sprintf("1.0.%d", i+1)
			o.register(t, model, another)
			ids = append(ids, model+"/"+another)
		}
	}
	walk := o.ImportAll(t, "octomil_model_version", ids)
	return o, walk
}

func hugeGroup(t *testing.T, dialect sandbox.Dialect) (organization, *acctest.Walk) {
	t.Helper()
	o := newOrganization(t, dialect, 100_000)
	walk := o.ImportAll(t, "octomil_device_group_members", o.groups(t, 1, 100_000))
	return o, walk
}

// countOperations counts requests by operation.
func countOperations(ledger []sandbox.Entry) []string {
	count := map[string]int{}
	for _, e := range ledger {
		count[e.Operation]++
	}
	var words []string
	for _, operation := range slices.Sorted(maps.Keys(count)) {
		words = append(words, strconv.Itoa(count[operation])+" "+operation)
	}
	return words
}
