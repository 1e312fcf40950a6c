//go:build bench

package bench

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// workload is a kind of resource to measure.
type workload struct {
	name string
	// writes is about the number of requests to create one, maxCount the largest number of resources to measure, 0 for any.
	writes, maxCount int
	prepare          func(t *testing.T, n int) scenario
}

var workloads = []workload{
	{"`octomil_device_group`", 1, 0, groups},
	{"`octomil_device_group_members`", 4, 0, members},
	{"`octomil_model_deployment`", 15, 0, deployments},
}

// baseline is a configuration of terraform_data, which costs what Terraform itself costs.
func baseline(n int) scenario {
	return scenario{configuration: fmt.Sprintf("resource \"terraform_data\" \"this\" {\n  count = %d\n  input = count.index\n}\n", n)}
}

func groups(t *testing.T, n int) scenario {
	t.Helper()
	return scenario{organization: newOrganization(t, sandbox.DialectDocs, 0), configuration: fmt.Sprintf(`
resource "octomil_device_group" "this" {
  count       = %d
  name        = "group-${count.index}"
  description = "Devices of wave ${count.index}"
  group_type  = "static"
}
`, n)}
}

// members are memberships of two devices each.
func members(t *testing.T, n int) scenario {
	t.Helper()
	o := newOrganization(t, sandbox.DialectDocs, 2*n)
	return scenario{
		organization: o,
		variables:    encoded(t, map[string]any{"groups": o.groups(t, n, 0), "devices": o.devices}),
		configuration: fmt.Sprintf(`
variable "groups" { type = list(string) }
variable "devices" { type = list(string) }

resource "octomil_device_group_members" "this" {
  count      = %d
  group_id   = var.groups[count.index]
  device_ids = [var.devices[2 * count.index], var.devices[2 * count.index + 1]]
}
`, n),
	}
}

// deployments go to the fleet and to nine groups of ten devices, with as many models as that takes.
func deployments(t *testing.T, n int) scenario {
	t.Helper()
	o := newOrganization(t, sandbox.DialectDocs, groupsPerModel*10)
	o.groups(t, groupsPerModel, 10)
	o.models(t, (n+scopesPerModel-1)/scopesPerModel)
	return scenario{organization: o, configuration: deploymentsOf(n)}
}

// deploymentsOf is a configuration of n deployments: each model to the fleet and to each group.
func deploymentsOf(n int) string {
	return fmt.Sprintf(`
resource "octomil_model_deployment" "this" {
  count   = %d
  model   = "model-${floor(count.index / %d)}"
  group   = count.index %% %d == 0 ? null : "group-${count.index %% %d - 1}"
  version = %q
}
`, n, scopesPerModel, scopesPerModel, scopesPerModel, version)
}

const membersAddress = "octomil_device_group_members.this"

func importCommand(id string) command {
	return command{"import", []string{"import", membersAddress, id}}
}

// maxShown is the longest list of which Terraform shows a plan here, other than of a map: it compares the list before with the one after in a table
// that takes 9 bytes for each pair, 900 MB for 10000 devices and 90 GB for 100000. Only a plan as JSON does without.
const maxShown = 10_000

// The two forms in which a membership lists its devices.
const (
	asList = `device_ids = local.devices`
	asMap  = `devices    = { for id in local.devices : id => id }`
)

// oneGroup is one membership of many devices in a form. They come as one text that Terraform splits: a list that it must convert, as it
// must a variable or what stands in brackets, takes it a time that grows with the square of the length, minutes for 100000.
func oneGroup(t *testing.T, devices int, form string) scenario {
	t.Helper()
	o := newOrganization(t, sandbox.DialectDocs, devices)
	s := scenario{organization: o, configuration: `
variable "group" { type = string }
variable "devices" { type = string }

variable "removed" {
  type    = number
  default = 0
}

locals {
  all     = split(",", var.devices)
  devices = slice(local.all, var.removed, length(local.all))
}

resource "octomil_device_group_members" "this" {
  group_id   = var.group
  ` + form + `
}
`}
	group := o.groups(t, 1, 0)[0]
	s.variables = encoded(t, map[string]any{"group": group, "devices": strings.Join(o.devices, ",")})
	apply, refresh, plan, destroy := commands[0], commands[1], commands[2], commands[3]
	if form == asList && devices > maxShown {
		plan.args = append([]string{"plan", "-json"}, plan.args[1:]...)
	}
	forget := command{"forget", []string{"state", "rm", membersAddress}}
	s.only = []command{apply, refresh, plan, forget, importCommand(group), destroy}
	return s
}

func encoded(t *testing.T, values map[string]any) []byte {
	t.Helper()
	data, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// numbers reads a list such as 1,100.
func numbers(t *testing.T, words string) []int {
	t.Helper()
	var all []int
	for _, word := range strings.Split(words, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
	return all
}
