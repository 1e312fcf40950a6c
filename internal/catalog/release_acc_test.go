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

// A model, its first version and the deployment of it come with one apply, and so do each later version and its deployment. An older
// pin is a rollback, another name of the model changes nothing on the fleet, and in the end everything can be destroyed.
func TestFromTheFileToTheFleetAndBack(t *testing.T) {
	t.Parallel()
	for dialect, reference := range map[sandbox.Dialect]string{sandbox.DialectDocs: "name", sandbox.DialectSDK: "id"} {
		t.Run(reference, func(t *testing.T) {
			t.Parallel()
			s := newStory(t, dialect, reference)
			s.step("lab", "1.0.0", "1.0.0")
			s.sandbox.ExpectFleet(t, "lab", map[string]int{"1.0.0": 12})

			said := s.step("lab", "2.0.0", "1.0.0", "2.0.0")
			if !strings.Contains(said, "1 added, 1 changed, 0 destroyed") {
				t.Errorf("the new version and its deployment: %s", said)
			}
			s.sandbox.ExpectFleet(t, "lab", map[string]int{"2.0.0": 12})

			if said = s.step("lab", "1.0.0", "1.0.0", "2.0.0"); !strings.Contains(said, `kind         = "deploy" -> "rollback"`) {
				t.Errorf("the older pin is no rollback: %s", said)
			}
			s.sandbox.ExpectFleet(t, "lab", map[string]int{"1.0.0": 12})

			s.sandbox.ClearLedger()
			if said = s.step("laboratory", "1.0.0", "1.0.0", "2.0.0"); strings.Contains(said, "must be replaced") {
				t.Errorf("another name of the model: %s", said)
			}
			if writes := s.sandbox.Writes(); len(writes) != 1 || writes[0] != "PATCH update model" {
				t.Errorf("another name took %v", writes)
			}
			if said = s.run(0, "destroy", "-auto-approve"); !strings.Contains(said, "All versions of the model are deleted") {
				t.Errorf("the destroy does not warn: %s", said)
			}
			if modelOf(t, s.sandbox, "laboratory") != nil {
				t.Error("the model is still there")
			}
			log, err := os.ReadFile(s.log)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(log, []byte("Uploaded the file")) || bytes.Contains(log, []byte("/uploads/")) {
				t.Error("the log tells nothing of the uploads, or too much of where they went")
			}
		})
	}
}

// A version that does not exist is found in the plan also where the configuration manages the model.
func TestATypoInAPinOfAManagedModel(t *testing.T) {
	t.Parallel()
	s := newStory(t, sandbox.DialectDocs, "name")
	s.step("lab", "1.0.0", "1.0.0")
	s.configure("lab", "1.0.0", []string{"1.0.0"}, `
		resource "octomil_model_deployment" "typo" {
		  model   = octomil_model.lab.name
		  group   = "staging"
		  version = "1.0.1"
		}`)
	if said := s.run(1, "plan"); !strings.Contains(said, `no version "1.0.1"`) {
		t.Errorf("the plan says %s", said)
	}
}

// story is a configuration of a model that changes step by step.
type story struct {
	t         *testing.T
	sandbox   *acctest.Sandbox
	cli       *acctest.CLI
	reference string
	log       string
}

func newStory(t *testing.T, dialect sandbox.Dialect, reference string) *story {
	t.Helper()
	s := &story{t: t, sandbox: start(t, dialect), reference: reference}
	s.cli = acctest.NewCLI(t, "")
	s.log = filepath.Join(s.cli.Dir, "trace.log")
	s.cli.Env = []string{"TF_LOG=TRACE", "TF_LOG_PATH=" + s.log}
	return s
}

// configure writes the configuration: the model's name, the pin, and the versions.
func (s *story) configure(name, pin string, versions []string, more string) {
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

// step applies a configuration, after which nothing is left to do, and answers what the command line has said.
func (s *story) step(name, pin string, versions ...string) string {
	s.t.Helper()
	s.configure(name, pin, versions, "")
	said := s.run(0, "apply", "-auto-approve")
	s.run(0, "plan", "-detailed-exitcode")
	return said
}

func (s *story) run(code int, args ...string) string {
	s.t.Helper()
	result := s.cli.Run(s.t, args...)
	if result.Code != code {
		s.t.Fatalf("%s: exit code %d:\n%s", strings.Join(args, " "), result.Code, result.Output)
	}
	return result.Output
}
