package provider_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// Logs that Terraform discards are not written: the framework's traces of a long list take longer than everything else. What is asked for is
// written.
func TestAccProvider_unreadLogs(t *testing.T) {
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
	quiet := []string{
		"TF_DISABLE_PLUGIN_TLS=", "TF_LOG=", "TF_LOG_PROVIDER=", "TF_LOG_SDK=", "TF_LOG_SDK_FRAMEWORK=", "TF_LOG_SDK_PROTO=", "TF_LOG_PROVIDER_OCTOMIL=",
	}
	framework, protocol, own := `"@module":"sdk.framework"`, `"@module":"sdk.proto"`, `"@module":"octomil`
	if r := cli.Run(t, "apply", "-auto-approve"); r.Code != 0 { // then plans have something to read
		t.Fatalf("exit code %d:\n%s", r.Code, r.Output)
	}
	if err := os.Truncate(file, 0); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		env           string
		want, without []string
	}{
		{"TF_LOG=", nil, []string{framework, protocol, own}},
		{"TF_LOG=TRACE", []string{framework, protocol, own}, nil},
		{"TF_LOG_PROVIDER=TRACE", []string{framework, protocol, own}, nil},
		{"TF_LOG_SDK=TRACE", []string{framework, protocol}, []string{own}},
		{"TF_LOG_SDK_FRAMEWORK=TRACE", []string{framework}, []string{protocol, own}},
		{"TF_LOG_SDK_PROTO=TRACE", []string{protocol}, []string{framework, own}},
		{"TF_LOG_PROVIDER_OCTOMIL=DEBUG", []string{own}, []string{framework, protocol}},
	} {
		cli.Env = append(slices.Clone(quiet), "TF_LOG_PATH="+filepath.Join(cli.Dir, "terraform.log"), test.env)
		logs := providerLogs(t, cli, file)
		for _, module := range test.want {
			if !strings.Contains(logs, module) {
				t.Errorf("with %s, nothing of %s was written", test.env, module)
			}
		}
		for _, module := range test.without {
			if n := strings.Count(logs, module); n > 0 {
				t.Errorf("with %s, %d lines of %s were written that Terraform throws away", test.env, n, module)
			}
		}
	}
}

// providerLogs plans, and returns what the provider has written. It empties the file.
func providerLogs(t *testing.T, cli *acctest.CLI, file string) string {
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
	return string(logs)
}
