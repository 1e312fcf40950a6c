package catalog_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// A file that another resource makes in the same apply has another checksum than the plan could see. One apply replaces the version.
func TestAccModelVersion_fileMadeByTheSameApply(t *testing.T) {
	t.Parallel()
	const builder = `
variable "content" {}
variable "release" {}
resource "terraform_data" "build" {
  triggers_replace = var.content
  input            = "${path.module}/w.gguf"
  provisioner "local-exec" { command = "printf '%s' \"${var.content}\" > w.gguf" }
}
`
	for name, lines := range map[string]string{
		"by its output":            `source = terraform_data.build.output`,
		"by depends_on":            "source = \"${path.module}/w.gguf\"\n  depends_on = [terraform_data.build]",
		"by replace_triggered_by":  "source = \"${path.module}/w.gguf\"\n  lifecycle { replace_triggered_by = [terraform_data.build] }",
		"with another description": "source = \"${path.module}/w.gguf\"\n  description = var.content\n  depends_on = [terraform_data.build]",
	} {
		for _, release := range []string{"3.0.0", "3.1.0"} {
			if name == "by depends_on" && release == "3.0.0" {
				continue // nothing in the plan tells of the change
			}
			t.Run(name+"/"+release, func(t *testing.T) {
				t.Parallel()
				sb := start(t, sandbox.DialectDocs)
				cli := acctest.NewCLI(t, sb.Provider()+builder+fmt.Sprintf(`
resource "octomil_model_version" "v" {
  model_id = %q
  version  = var.release
  %s
}
`, phi, lines))
				run := func(command, content, release string, flags ...string) acctest.Result {
					return cli.Run(t, append([]string{command, "-var=content=" + content, "-var=release=" + release}, flags...)...)
				}
				if r := run("apply", "one", "3.0.0", "-auto-approve"); r.Code != 0 {
					t.Fatal(r.Output)
				}
				plan := run("plan", "second", release)
				if !strings.Contains(plan.Output, `-> (known after apply)`) || !strings.Contains(plan.Output, "2 to add, 0 to change, 2 to destroy") {
					t.Errorf("the plan:\n%s", plan.Output)
				}
				if r := run("apply", "second", release, "-auto-approve"); r.Code != 0 {
					t.Fatal(r.Output)
				}
				if size := sb.Do(t, http.MethodGet, versionPath(release), nil)["size_bytes"]; size != 6.0 {
					t.Errorf("the version has %v bytes", size)
				}
				if r := run("plan", "second", release, "-detailed-exitcode"); r.Code != 0 {
					t.Errorf("the plan after the apply:\n%s", r.Output)
				}
			})
		}
	}
}

// A file that changes between plan and apply stops the replacement before the old version is deleted.
func TestAccModelVersion_fileChangesAfterThePlan(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectDocs)
	core := sb.Core(t, "octomil_model_version")
	file := artifact(t, "the weights")
	config := map[string]any{"model_id": phi, "version": "3.0.0", "source": file}
	mustSucceed(t, apply(core, config))
	write(t, file, "other weights")
	plan := core.Plan(config)
	mustSucceed(t, plan.Diagnostics)
	write(t, file, "yet other weights")
	sb.ClearLedger()
	expectError(t, core.Apply(plan), "source: The file has changed since the plan", "The version was not replaced", "terraform plan")
	if writes := sb.Writes(); len(writes) > 0 || core.State()["version"] != "3.0.0" {
		t.Errorf("writes %v, state %v", writes, core.State())
	}
	mustSucceed(t, apply(core, config))
	// A change after that is nothing to a destroy.
	write(t, file, "the last weights")
	mustSucceed(t, core.Destroy())
}

// A new version of the file that is uploaded already: the file may be made in the same apply.
func TestAccModelVersion_fileIsUploadedAlready(t *testing.T) {
	t.Parallel()
	sb := start(t, sandbox.DialectSDK)
	core := sb.Core(t, "octomil_model_version")
	file := artifact(t, "the weights")
	config := map[string]any{"model_id": phi, "version": "3.0.0", "source": file}
	mustSucceed(t, apply(core, config))
	next := with(config, "version", "3.1.0")
	for _, content := range []string{"the weights of 3.1.0", ""} { // made in the apply, and left as it is
		plan := core.Plan(next)
		if mustSucceed(t, plan.Diagnostics); plan.Planned["checksum"] != acctest.Unknown || plan.Planned["size_bytes"] != acctest.Unknown {
			t.Errorf("planned %v", plan.Planned)
		}
		if content != "" {
			write(t, file, content)
		}
		mustSucceed(t, core.Apply(plan))
		if again := core.Plan(next); again.Action != acctest.ActionNone {
			t.Errorf("the plan after it is %s", again.Action)
		}
		next = with(config, "version", "3.2.0")
	}
}

func TestAccModelVersion_homePath(t *testing.T) {
	t.Parallel()
	core := start(t, sandbox.DialectDocs).Core(t, "octomil_model_version")
	config := map[string]any{"model_id": phi, "version": "3.0.0", "source": "~/models/phi.gguf"}
	expectError(t, core.Plan(config).Diagnostics, "source: The path begins with `~`", `pathexpand("~/models/phi.gguf")`)
}
