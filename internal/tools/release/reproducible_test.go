package release

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
)

// A commit for the builds of the test.
const hash = "0123456789abcdef0123456789abcdef01234567"

// Two folders give the same bytes, which name no folder, and the version and the commit are in them.
func TestReproducibleBuild(t *testing.T) {
	t.Parallel()
	version := strings.TrimSpace(string(read(t, "VERSION")))
	first, second := sourceCopy(t), sourceCopy(t)
	binary := build(t, first, version)
	content, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	again, err := os.ReadFile(build(t, second, version))
	if err != nil {
		t.Fatal(err)
	}
	if sha256.Sum256(content) != sha256.Sum256(again) {
		t.Error("the builds of two folders differ")
	}
	for _, folder := range []string{first, goEnv(t, "GOMODCACHE"), goEnv(t, "GOROOT")} {
		if bytes.Contains(content, []byte(folder)) {
			t.Errorf("the build names %s", folder)
		}
	}
	output, err := exec.CommandContext(t.Context(), binary, "-version").Output()
	if want := "terraform-provider-octomil " + version + " (commit " + hash + ", "; err != nil || !strings.HasPrefix(string(output), want) {
		t.Errorf("-version prints %q (%v), want %q", output, err, want)
	}
}

// Who rebuilds a release does it with the command of RELEASING.md.
func TestRebuildCommand(t *testing.T) {
	t.Parallel()
	_, flags := flagsOf(t, "${version}", "${commit}")
	last := len(flags) - 1
	want := configuration(t).Builds[0].Env[0] + " go build " + strings.Join(flags[:last], " ") + ` "` + flags[last] + `"`
	if !strings.Contains(string(read(t, "RELEASING.md")), want) {
		t.Errorf("RELEASING.md does not have\n%s", want)
	}
}

// build builds the provider of a folder as a release does.
func build(t *testing.T, folder, version string) (binary string) {
	t.Helper()
	environment, flags := flagsOf(t, version, hash)
	binary = filepath.Join(t.TempDir(), "provider")
	cmd := exec.CommandContext(t.Context(), "go", append(append([]string{"build", "-o", binary}, flags...), ".")...)
	cmd.Dir, cmd.Env = folder, append(append(os.Environ(), "GOFLAGS="), environment...)
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, output)
	}
	return binary
}

// flagsOf returns the environment and the flags that .goreleaser.yml builds with.
func flagsOf(t *testing.T, version, commit string) (environment, flags []string) {
	t.Helper()
	build := configuration(t).Builds[0]
	links, err := template.New("").Option("missingkey=error").Parse(strings.Join(build.Ldflags, " "))
	if err != nil {
		t.Fatal(err)
	}
	var linked strings.Builder
	if err := links.Execute(&linked, map[string]string{"Version": version, "FullCommit": commit}); err != nil {
		t.Fatal(err)
	}
	return build.Env, append(append([]string(nil), build.Flags...), "-ldflags="+linked.String())
}

// sourceCopy copies the files of the provider that git tracks, or would, into a new folder.
func sourceCopy(t *testing.T) (folder string) {
	t.Helper()
	list := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.go", "go.mod", "go.sum",
		"internal/sandbox/page", ":!internal/tools")
	list.Dir = root
	names, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	folder = t.TempDir()
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		content, err := os.ReadFile(filepath.Join(root, name))
		if errors.Is(err, os.ErrNotExist) {
			continue // deleted and not committed yet
		}
		copied := filepath.Join(folder, name)
		if err = errors.Join(err, os.MkdirAll(filepath.Dir(copied), 0o700), os.WriteFile(copied, content, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(output))
}
