package release

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goreleaser/goreleaser/v2/pkg/config"
)

const root = "../../.."

// The configuration has no unknown field, and the names of the files are those that the registries look for.
func TestConfiguration(t *testing.T) {
	t.Parallel()
	project := configuration(t)
	const file = "{{ .ProjectName }}_{{ .Version }}_"
	archive := project.Archives[0]
	for what, pair := range map[string][2]string{
		"project":   {project.ProjectName, "terraform-provider-octomil"},
		"binary":    {project.Builds[0].Binary, "{{ .ProjectName }}_v{{ .Version }}"},
		"archive":   {archive.NameTemplate, file + "{{ .Os }}_{{ .Arch }}"},
		"format":    {strings.Join(archive.Formats, " "), "zip"},
		"checksums": {project.Checksum.NameTemplate, file + "SHA256SUMS"},
		"algorithm": {project.Checksum.Algorithm, "sha256"},
		"signed":    {project.Signs[0].Artifacts, "checksum"},
		"SBOM":      {project.SBOMs[0].Artifacts, "binary"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %q, want %q", what, pair[0], pair[1])
		}
	}
	if !slices.Contains(project.Signs[0].Args, "--detach-sign") {
		t.Errorf("the signature is not detached: %q", project.Signs[0].Args)
	}
	// The registries read it as a file of the release, and believe it only if its checksum is signed.
	manifest := config.ExtraFile{Glob: "terraform-registry-manifest.json", NameTemplate: file + "manifest.json"}
	for what, files := range map[string][]config.ExtraFile{"checksums": project.Checksum.ExtraFiles, "release": project.Release.ExtraFiles} {
		if !slices.Contains(files, manifest) {
			t.Errorf("%s: %v do not have the manifest", what, files)
		}
	}
}

// A user of each of these platforms finds a file for it.
func TestPlatforms(t *testing.T) {
	t.Parallel()
	build := configuration(t).Builds[0]
	var platforms []string
	for _, system := range build.Goos {
		for _, processor := range build.Goarch {
			if !slices.ContainsFunc(build.Ignore, func(i config.IgnoredBuild) bool { return i.Goos == system && i.Goarch == processor }) {
				platforms = append(platforms, system+"_"+processor)
			}
		}
	}
	slices.Sort(platforms)
	want := []string{
		"darwin_amd64", "darwin_arm64", "freebsd_386", "freebsd_amd64", "freebsd_arm", "freebsd_arm64",
		"linux_386", "linux_amd64", "linux_arm", "linux_arm64", "windows_386", "windows_amd64", "windows_arm64",
	}
	if !slices.Equal(platforms, want) {
		t.Errorf("platforms %q, want %q", platforms, want)
	}
}

// The manifest of the registry names the protocol that the provider speaks.
func TestManifest(t *testing.T) {
	t.Parallel()
	var manifest struct {
		Version  int `json:"version"`
		Metadata struct {
			ProtocolVersions []string `json:"protocol_versions"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(read(t, "terraform-registry-manifest.json"), &manifest); err != nil {
		t.Fatal(err)
	}
	if manifest.Version != 1 || !slices.Equal(manifest.Metadata.ProtocolVersions, []string{"6.0"}) {
		t.Errorf("the manifest is %+v", manifest)
	}
	if !strings.Contains(string(read(t, "internal/provider/serve.go")), "tf6server.Serve(") {
		t.Error("the provider does not serve protocol 6")
	}
}

// configuration is .goreleaser.yml, with the checks of `goreleaser check` for its fields.
func configuration(t *testing.T) config.Project {
	t.Helper()
	project, err := config.Load(filepath.Join(root, ".goreleaser.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(project.Builds) != 1 || len(project.Archives) != 1 || len(project.SBOMs) != 1 || len(project.Signs) != 1 {
		t.Fatalf("%d builds, %d archives, %d SBOMs, %d signatures; want one of each", len(project.Builds), len(project.Archives), len(project.SBOMs), len(project.Signs))
	}
	return project
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}
