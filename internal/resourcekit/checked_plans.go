package resourcekit

import (
	"crypto/sha256"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// CheckedPlans tells which plans this run of Terraform has checked and shown before. `terraform apply` plans everything, asks, and then
// plans each resource once more, in another process of the provider: what the first of them has checked without an error, and said in
// warnings, the second need not ask the server again. The apply itself checks anew before it writes. The processes share a file, which has
// a hash of each plan. Nil, and a file that cannot be read, know of none.
type CheckedPlans struct {
	run *RunNames
	// of tells configurations of the provider apart.
	of string
	// earlier are the plans that other processes had checked when this one began.
	earlier map[[sha256.Size]byte]bool
}

// NewCheckedPlans returns the plans of a run, which no other run may share, for a configuration of the provider that is told apart by
// a text.
func NewCheckedPlans(run *RunNames, of string) *CheckedPlans {
	c := &CheckedPlans{run: run, of: of, earlier: map[[sha256.Size]byte]bool{}}
	if run == nil || !isRecent(run.file()) {
		return c
	}
	sums, err := os.ReadFile(run.file())
	if err != nil {
		return c
	}
	for ; len(sums) >= sha256.Size; sums = sums[sha256.Size:] {
		c.earlier[[sha256.Size]byte(sums)] = true
	}
	return c
}

// checkedPlan is what a plan follows from, and its checks.
type checkedPlan struct{ provider, typeName, config, state string }

func (c *CheckedPlans) key(typeName string, req resource.ModifyPlanRequest) checkedPlan {
	return checkedPlan{c.of, typeName, fmt.Sprint(req.Config.Raw), fmt.Sprint(req.State.Raw)}
}

// add records that a plan was checked.
func (c *CheckedPlans) add(typeName string, req resource.ModifyPlanRequest) {
	if c != nil {
		c.run.add(c.key(typeName, req))
	}
}

// contains reports whether another process of the run has checked the same plan before this one began.
func (c *CheckedPlans) contains(typeName string, req resource.ModifyPlanRequest) bool {
	return c != nil && len(c.earlier) > 0 && c.earlier[nameSum(c.key(typeName, req))]
}
