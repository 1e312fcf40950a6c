package discover

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const imports = `
import {
  to = octomil_model.phi
  id = "mdl_1"
}
import {
  to       = octomil_device_group.staging
  identity = { id = "grp_1", org_id = "demo" }
}
import {
  to = octomil_device_group.odd
  id = "grp_2"
}
import {
  to = octomil_device.a
  id = "phone-1"
}
import {
  to = octomil_model.many["x"]
  id = "mdl_7"
}
import {
  to = octomil_model.elsewhere
  id = "mdl_8"
}
import {
  to = octomil_model.twin
  id = "mdl_9"
}
import {
  to = module.m.octomil_model.phi
  id = "mdl_10"
}
`

const resources = `
resource "octomil_model" "phi" {
  name = "phi"
}
resource "octomil_device_group" "staging" {
  name = "staging"
}
resource "octomil_device_group" "odd" {
  name = "$${x} \"y\" é"
}
resource "octomil_device" "a" {
  device_identifier = "phone-1"
}
resource "octomil_model" "many" {
  for_each = toset(["x"])
  name     = each.key
}
resource "octomil_model" "counted" {
  count = 1
  name  = "counted"
}
resource "octomil_model" "twin" {
  name = "twin"
}
resource "octomil_model" "other" {
  name = "mdl_9" # the ID of another
}
`

// rewritten rewrites a configuration twice, and returns it.
func rewritten(t *testing.T, before string, want int) string {
	t.Helper()
	folder := t.TempDir()
	name := filepath.Join(folder, "generated.tf")
	for file, content := range map[string]string{"imports.tf": imports, "resources.tf": resources, "generated.tf": before} {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(content), 0o640); err != nil { //nolint:gosec // the mode has to stay
			t.Fatal(err)
		}
	}
	for _, n := range []int{want, 0} {
		if got, err := rewrite(name, managed{}); got != n || err != nil {
			t.Errorf("%d references, %v; want %d", got, err, n)
		}
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the file is %v, %v", info, err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 3 {
		t.Errorf("the folder has %v, %v", left, err)
	}
	after, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(after)
}

func TestRewrite(t *testing.T) {
	t.Parallel()
	const before = `# __generated__ by Terraform from "mdl_1/1.0.0"
resource "octomil_model_version" "v" {
  model_id    = "mdl_1" # of mdl_1
  version     = "1.0.0"
  description = "mdl_1"
}
resource "octomil_model_deployment" "d" {
  group   = "staging"
  model   = "phi"
  reason  = "phi"
  version = "1.0.0"
}
resource "octomil_experiment" "e" {
  model            = "mdl_1"
  target_group_ids = ["grp_1", "grp_2", "grp_unknown", "$${x} \"y\" é"]
  name             = "phi"
}
resource "octomil_device_group_members" "m" {
  group_id = "grp_2"
  device_ids = [
    "phone-1", # a
    "dev_2",
  ]
}
`
	const want = `# __generated__ by Terraform from "mdl_1/1.0.0"
resource "octomil_model_version" "v" {
  model_id    = octomil_model.phi.id # of mdl_1
  version     = "1.0.0"
  description = "mdl_1"
}
resource "octomil_model_deployment" "d" {
  group   = octomil_device_group.staging.name
  model   = octomil_model.phi.name
  reason  = "phi"
  version = "1.0.0"
}
resource "octomil_experiment" "e" {
  model            = octomil_model.phi.id
  target_group_ids = [octomil_device_group.staging.id, octomil_device_group.odd.id, "grp_unknown", octomil_device_group.odd.name]
  name             = "phi"
}
resource "octomil_device_group_members" "m" {
  group_id = octomil_device_group.odd.id
  device_ids = [
    octomil_device.a.device_identifier, # a
    "dev_2",
  ]
}
`
	if diff := cmp.Diff(want, rewritten(t, before, 9)); diff != "" {
		t.Errorf("after (-want +got):\n%s", diff)
	}
}

// What is not exactly a known value stays, and so does the file, byte for byte.
func TestRewriteLeaves(t *testing.T) {
	t.Parallel()
	const before = `
resource "octomil_model_version"   "v" {
    model_id = "${var.model}"
}
resource "octomil_model_deployment" "d" {
  model   = "phi${""}"
  group = lower("staging")
}
resource "octomil_model_deployment" "prefix" {
  model = "mdl_12"
  group = null
}
resource "octomil_model_deployment" "in_a_loop" {
  model = "mdl_7"
}
resource "octomil_model_deployment" "not_declared" {
  model = "mdl_8"
}
resource "octomil_model_deployment" "ambiguous" {
  model = "mdl_9"
}
resource "octomil_model_deployment" "in_a_module" {
  model = "mdl_10"
}
resource "octomil_model_deployment" "counted" {
  model = "counted"
}
resource "octomil_model_deployment" "of_another_type" {
  model = "grp_1"
}
resource "null_resource" "x" {
  model = "mdl_1"
}
data "octomil_model_deployment" "x" {
  model = "mdl_1"
}
locals {
  model = "mdl_1"
}`
	if diff := cmp.Diff(before, rewritten(t, before, 0)); diff != "" {
		t.Errorf("after (-want +got):\n%s", diff)
	}
}

// A file that cannot be read, in the folder too, is an error and stays.
func TestRewriteBrokenFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	name := filepath.Join(folder, "generated.tf")
	if _, err := rewrite(name, managed{}); err == nil {
		t.Error("no file is no error")
	}
	const valid = "resource \"octomil_model_version\" \"v\" {\n  model_id = \"mdl_1\"\n}\n"
	for _, content := range [][2]string{{"resource {", imports}, {valid, "import {"}} {
		for i, file := range []string{"generated.tf", "imports.tf"} {
			if err := os.WriteFile(filepath.Join(folder, file), []byte(content[i]), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := rewrite(name, managed{}); err == nil {
			t.Errorf("%d references in %q", n, content)
		}
		if after, err := os.ReadFile(name); err != nil || string(after) != content[0] {
			t.Errorf("the file is %q, %v", after, err)
		}
	}
}
