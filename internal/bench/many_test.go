//go:build bench

package bench

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

var manyCount = flag.Int("many.count", 5000, "how many deployments the plan has whose memory is measured")

// TestPeakOfManyDeployments plans deployments that need no change, and measures the peak memory of the provider. Terraform itself would need
// half an hour to create them, so that their state is written as it is after an import.
func TestPeakOfManyDeployments(t *testing.T) {
	budget := int64(100 + *manyCount/100) // MiB
	peak := planOfMany(t, *manyCount).providerPeak
	t.Logf("%d deployments: the provider needs up to %d MiB of %d MiB", *manyCount, peak, budget)
	if peak == 0 {
		t.Skip("the memory of the provider cannot be told on this system")
	}
	if peak > budget {
		t.Errorf("the provider needs up to %d MiB for %d deployments; the budget is %d MiB", peak, *manyCount, budget)
	}
}

// planOfMany plans n deployments that exist, and fails the test if the plan changes something.
func planOfMany(t *testing.T, n int) cost {
	t.Helper()
	o := newOrganization(t, sandbox.DialectDocs, groupsPerModel*10)
	o.groups(t, groupsPerModel, 10)
	ids := o.deploy(t, o.models(t, n/scopesPerModel), groupsPerModel)
	resources := o.ImportAll(t, "octomil_model_deployment", ids).Store()
	s := scenario{organization: o, configuration: deploymentsOf(len(ids)), only: []command{commands[2]}}
	s.state = stateFile(t, "octomil_model_deployment", resources)
	return measure(t, s, 0)["plan"]
}

// stateFile is a state with the instances of one counted resource, "this".
func stateFile(t *testing.T, typeName string, resources []acctest.StoredResource) []byte {
	t.Helper()
	instances := make([]map[string]any, len(resources))
	for i, r := range resources {
		instances[i] = map[string]any{
			"index_key": i, "schema_version": r.SchemaVersion, "attributes": r.Attributes, "sensitive_attributes": []any{}, "private": r.Private,
		}
	}
	host := cmp.Or(os.Getenv("TF_ACC_PROVIDER_HOST"), "registry.terraform.io")
	state, err := json.Marshal(map[string]any{
		"version": 4, "terraform_version": "1.0.0", "serial": 1, "lineage": "bench", "outputs": map[string]any{},
		"resources": []map[string]any{{
			"mode": "managed", "type": typeName, "name": "this", "provider": fmt.Sprintf(`provider["%s/octomil/octomil"]`, host), "instances": instances,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return state
}
