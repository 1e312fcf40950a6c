package catalog_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// One apply creates a model, its first version and the deployment; another one adds a version and deploys it. An older pin is a
// rollback, renaming the model changes nothing on the fleet, and in the end everything can be destroyed.
func TestAccModelVersion_deployment(t *testing.T) {
	t.Parallel()
	for dialect, reference := range map[sandbox.Dialect]string{sandbox.DialectDocs: "name", sandbox.DialectSDK: "id"} {
		t.Run(reference, func(t *testing.T) {
			t.Parallel()
			s := newScenario(t, dialect, reference)
			s.step("lab", "1.0.0", "1.0.0")
			s.sandbox.ExpectFleet(t, "lab", map[string]int{"1.0.0": 12})

			output := s.step("lab", "2.0.0", "1.0.0", "2.0.0")
			if !strings.Contains(output, "1 added, 1 changed, 0 destroyed") {
				t.Errorf("the new version and its deployment: %s", output)
			}
			s.sandbox.ExpectFleet(t, "lab", map[string]int{"2.0.0": 12})

			if output = s.step("lab", "1.0.0", "1.0.0", "2.0.0"); !strings.Contains(output, `"rollback 2.0.0 → 1.0.0, 12 of 12 devices"`) {
				t.Errorf("the older pin is no rollback: %s", output)
			}
			s.sandbox.ExpectFleet(t, "lab", map[string]int{"1.0.0": 12})

			s.sandbox.ClearLedger()
			if output = s.step("laboratory", "1.0.0", "1.0.0", "2.0.0"); strings.Contains(output, "must be replaced") {
				t.Errorf("another name of the model: %s", output)
			}
			if writes := s.sandbox.Writes(); len(writes) != 1 || writes[0] != "PATCH update model" {
				t.Errorf("renaming the model wrote %v", writes)
			}
			if output = s.run(0, "destroy", "-auto-approve"); !strings.Contains(output, "All versions of the model are deleted") {
				t.Errorf("the destroy does not warn: %s", output)
			}
			if modelOf(t, s.sandbox, "laboratory") != nil {
				t.Error("the model is still there")
			}
			log, err := os.ReadFile(s.log)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(log, []byte("Uploaded the file")) || bytes.Contains(log, []byte("/uploads/")) {
				t.Error("the log lacks the uploads, or contains their URLs")
			}
		})
	}
}

// A plan reports a version that does not exist, also if the configuration manages the model.
func TestAccModelDeployment_unknownVersionOfManagedModel(t *testing.T) {
	t.Parallel()
	s := newScenario(t, sandbox.DialectDocs, "name")
	s.step("lab", "1.0.0", "1.0.0")
	s.configure("lab", "1.0.0", []string{"1.0.0"}, `
		resource "octomil_model_deployment" "typo" {
		  model   = octomil_model.lab.name
		  group   = "staging"
		  version = "1.0.1"
		}`)
	if output := s.run(1, "plan"); !strings.Contains(output, `no version "1.0.1"`) {
		t.Errorf("the plan prints %s", output)
	}
}

// scenario is a configuration of a model that changes step by step.
type scenario struct {
	t         *testing.T
	sandbox   *acctest.Sandbox
	cli       *acctest.CLI
	reference string
	log       string
}

func newScenario(t *testing.T, dialect sandbox.Dialect, reference string) *scenario {
	t.Helper()
	s := &scenario{t: t, sandbox: start(t, dialect), reference: reference}
	s.cli = acctest.NewCLI(t, "")
	s.log = filepath.Join(s.cli.Dir, "trace.log")
	s.cli.Env = []string{"TF_LOG_PROVIDER=TRACE", "TF_LOG_PATH=" + s.log}
	return s
}

// configure writes the configuration: the model's name, the pin, and the versions.
func (s *scenario) configure(name, pin string, versions []string, more string) {
	s.t.Helper()
	for _, version := range versions {
		write(s.t, filepath.Join(s.cli.Dir, version+".onnx"), "the weights of "+version)
	}
	s.cli.Configure(s.t, s.sandbox.Provider()+fmt.Sprintf(`
		resource "octomil_model" "lab" {
		  name                = %q
		  framework           = "pytorch"
		  deletion_protection = false
		}

		resource "octomil_model_version" "lab" {
		  for_each   = toset(["%s"])
		  model_id   = octomil_model.lab.id
		  version    = each.key
		  source     = "${path.module}/${each.key}.onnx"
		  published  = true
		  on_destroy = "keep"
		}

		resource "octomil_model_deployment" "lab" {
		  model   = octomil_model.lab.%s
		  version = octomil_model_version.lab[%q].version
		}
	`, name, strings.Join(versions, `", "`), s.reference, pin)+more)
}

// step applies a configuration, expects an empty plan afterwards, and returns the output of the apply.
func (s *scenario) step(name, pin string, versions ...string) string {
	s.t.Helper()
	s.configure(name, pin, versions, "")
	output := s.run(0, "apply", "-auto-approve")
	s.run(0, "plan", "-detailed-exitcode")
	return output
}

func (s *scenario) run(code int, args ...string) string {
	s.t.Helper()
	result := s.cli.Run(s.t, args...)
	if result.Code != code {
		s.t.Fatalf("%s: exit code %d:\n%s", strings.Join(args, " "), result.Code, result.Output)
	}
	return result.Output
}
