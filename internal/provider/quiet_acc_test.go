package provider_test

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// Logs that Terraform discards are not written: the framework's traces of a long list take longer than everything else.
func TestAccProvider_frameworkLogs(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the logs are caught by a shell")
	}
	sb := acctest.Start(t)
	cli := acctest.NewCLI(t, sb.Provider()+`
resource "octomil_device_group" "lab" {
  name = "lab"
}

resource "octomil_device_group_members" "lab" {
  group_id   = octomil_device_group.lab.id
  device_ids = ["dev_00000001", "dev_00000002"]
}
`)
	file := cli.KeepLogs(t)
	// The last value of a variable wins over that of the environment.
	cli.Env = []string{"TF_DISABLE_PLUGIN_TLS=", "TF_LOG=", "TF_LOG_PROVIDER=", "TF_LOG_SDK=", "TF_LOG_SDK_FRAMEWORK="}
	if n := frameworkLines(t, cli, file); n > 0 {
		t.Errorf("the framework wrote %d lines that Terraform throws away", n)
	}
	cli.Env = append(cli.Env, "TF_LOG_SDK_FRAMEWORK=TRACE")
	if n := frameworkLines(t, cli, file); n == 0 {
		t.Error("the framework wrote nothing although it was asked to")
	}
}

// frameworkLines plans, and counts the lines of the framework in the log file. It empties the file.
func frameworkLines(t *testing.T, cli *acctest.CLI, file string) int {
	t.Helper()
	if r := cli.Run(t, "plan"); r.Code != 0 {
		t.Fatalf("exit code %d:\n%s", r.Code, r.Output)
	}
	logs, err := os.ReadFile(file) //nolint:gosec // the test's own file
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, 0); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(logs), `"@module":"sdk.proto"`) {
		t.Fatalf("these are not the provider's logs:\n%s", logs)
	}
	return strings.Count(string(logs), `"@module":"sdk.framework"`)
}
