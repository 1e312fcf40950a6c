package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

var firstConfiguration = regexp.MustCompile("(?s)## A first configuration\n.*?```terraform\n(.*?)```")

// What the README shows first works as it is shown: after `make install` in a new home folder, `terraform init` finds the provider, with
// the version constraint of the configuration, and an apply deploys. The version is the one of the user agent. Every command line
// on PATH is tested.
func TestAccInstall_firstConfiguration(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	match := firstConfiguration.FindSubmatch(readme)
	if match == nil {
		t.Fatal("the README has no first configuration")
	}
	environment := newHome(t)
	command(t, ".", environment, "internal/tools/install.sh")

	numbers, err := os.ReadFile("VERSION")
	if err != nil {
		t.Fatal(err)
	}
	for _, cli := range commandLines(t) {
		tryConfiguration(t, cli, strings.TrimSpace(string(numbers)), environment, match[1])
	}
	command(t, ".", environment, "internal/tools/install.sh", "-remove")
	if left, err := filepath.Glob(home(environment) + "/.local/share/terraform/plugins/*/octomil/octomil/*"); err != nil || len(left) != 0 {
		t.Errorf("%q is left after a removal (%v)", left, err)
	}
}

// tryConfiguration initializes a configuration and applies it to a sandbox.
func tryConfiguration(t *testing.T, cli, release string, environment []string, configuration []byte) {
	t.Helper()
	sb, callers := acctest.Start(t), &userAgents{}
	web := httptest.NewServer(callers.of(sb))
	defer web.Close()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "main.tf"), configuration, 0o600); err != nil {
		t.Fatal(err)
	}
	environment = append(slices.Clone(environment), "OCTOMIL_API_URL="+web.URL, "OCTOMIL_API_KEY="+sb.Key, "OCTOMIL_ORG_ID="+sb.Org)
	if output := command(t, folder, environment, cli, "init", "-no-color"); !strings.Contains(output, "Installed octomil/octomil v"+release) {
		t.Errorf("%s init does not install version %s:\n%s", cli, release, output)
	}
	start := executable(t)
	if strings.Contains(command(t, folder, environment, cli, "version"), "OpenTofu") {
		start = strings.Replace(start, "registry.terraform.io", "registry.opentofu.org", 1)
	}
	if output := command(t, folder, environment, "bash", "-c", start+" -version"); !strings.HasPrefix(output, "terraform-provider-octomil "+release+"-dev ") {
		t.Errorf("%s is not the provider: %s", start, output)
	}
	command(t, folder, environment, cli, "apply", "-auto-approve", "-no-color")
	sb.ExpectFleet(t, "phi-4-mini", map[string]int{"2.0.0": 124})
	if want := "terraform-provider-octomil/" + release + "-dev "; len(callers.seen) == 0 || !strings.HasPrefix(callers.seen[0], want) {
		t.Errorf("the user agents are %q, want %q at the beginning", callers.seen, want)
	}
}

// executable is the provider below .terraform, as the front page of the documentation starts the sandbox with it.
func executable(t *testing.T) (pattern string) {
	t.Helper()
	page, err := os.ReadFile("docs/index.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(page)) {
		if pattern, is := strings.CutSuffix(line, " sandbox\n"); is && strings.HasPrefix(pattern, ".terraform/providers/") {
			return pattern
		}
	}
	t.Fatal("the front page does not say how the sandbox is started")
	return ""
}

// newHome returns an environment with a home folder of its own and without any setting of this machine, except the caches of Go.
func newHome(t *testing.T) (environment []string) {
	t.Helper()
	home := t.TempDir()
	settings := filepath.Join(home, "empty.tfrc")
	if err := os.WriteFile(settings, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); !strings.HasPrefix(name, "TF_") && !strings.HasPrefix(name, "XDG_") && !strings.HasPrefix(name, "OCTOMIL_") {
			environment = append(environment, variable)
		}
	}
	for _, cache := range []string{"GOCACHE", "GOMODCACHE"} {
		environment = append(environment, cache+"="+strings.TrimSpace(command(t, ".", os.Environ(), "go", "env", cache)))
	}
	return append(environment, "HOME="+home, "GOPATH="+filepath.Join(home, "go"), "GOBIN=", "TF_CLI_CONFIG_FILE="+settings, "CHECKPOINT_DISABLE=1", "TF_INPUT=0")
}

// home is the home folder of an environment.
func home(environment []string) (folder string) {
	for _, variable := range environment {
		if value, is := strings.CutPrefix(variable, "HOME="); is {
			folder = value
		}
	}
	return folder
}

// command runs a command to its end, which has to be a success, and returns what it has printed.
func command(t *testing.T, folder string, environment []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...) //nolint:gosec // the test chooses what runs
	cmd.Dir, cmd.Env = folder, environment
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, output)
	}
	return string(output)
}

// commandLines are the command lines of this machine: the one that `make test` has found, and those on PATH beside it.
func commandLines(t *testing.T) (paths []string) {
	t.Helper()
	for _, name := range []string{os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil && !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	if len(paths) == 0 {
		t.Fatal("neither terraform nor tofu is on PATH; install one, or run `make test`, which does")
	}
	return paths
}

// userAgents are those of the requests to a server.
type userAgents struct {
	mu   sync.Mutex
	seen []string
}

func (a *userAgents) of(server http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		a.seen = append(a.seen, r.UserAgent())
		a.mu.Unlock()
		server.ServeHTTP(w, r)
	})
}
