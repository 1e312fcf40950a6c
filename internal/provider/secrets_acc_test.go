package provider_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

// All resources and data sources are planned, applied, refreshed and destroyed by the real command line with all logs on. The API key,
// which only the environment has, is in no file and no output, and sensitive values are only in the state and in plan files.
func TestAccProvider_leaksNoSecrets(t *testing.T) {
	t.Parallel()
	const key = "edg_live_b81f3c55/e0d94a7c+x"
	sb := acctest.Start(t)
	sb.AddKey(key)
	withoutKey := regexp.MustCompile(`(?m)^\s*api_key\s.*$`).ReplaceAllString(sb.Provider(), "")
	if withoutKey == sb.Provider() {
		t.Fatal("the provider block has no key that could be taken out")
	}
	cli := acctest.NewCLI(t, withoutKey+unprotected(acctest.Supported(t, everyExample(t))))
	cli.Env = []string{"TF_LOG=TRACE", "TF_LOG_PATH=" + filepath.Join(cli.Dir, "trace.log"), "OCTOMIL_API_KEY=" + key}

	// A server that quotes the key in an error must not leak it either; here the next attempt succeeds.
	echo := `{"detail":"bad key ` + key + `","why":"bad key ` + strings.ReplaceAll(key, "/", `\/`) + `"}`
	sb.AddFault(sandbox.Fault{Method: "GET", Path: "models/*/rollouts", Nth: 1, Status: 503, Body: echo})
	var printed strings.Builder
	run := func(code int, args ...string) string {
		t.Helper()
		r := cli.Run(t, args...)
		if r.Code != code {
			t.Fatalf("%s: exit code %d:\n%s", strings.Join(args, " "), r.Code, r.Output)
		}
		printed.WriteString(r.Output)
		return r.Output
	}
	run(0, "plan", "-out=create.tfplan")
	run(0, "apply", "create.tfplan")
	sensitive := sensitiveValues(t, run(0, "show", "-json"))
	state := content(t, cli, "terraform.tfstate")
	run(0, "apply", "-refresh-only", "-auto-approve")
	sb.AddFault(sandbox.Fault{Method: "GET", Path: "settings/*", Times: -1, Status: 400, Body: echo})
	if failed := run(1, "plan"); !strings.Contains(failed, "bad key ***") {
		t.Errorf("the error does not quote the server without the key:\n%s", failed)
	}
	sb.ClearFaults()
	run(0, "plan", "-destroy", "-out=destroy.tfplan")
	run(0, "apply", "destroy.tfplan")

	for _, name := range resources(t) {
		if !bytes.Contains(state, []byte(`"`+name+`"`)) {
			t.Errorf("the state has no %s: this run is not over all resources", name)
		}
	}
	trace := content(t, cli, "trace.log")
	for _, must := range []string{"Request to the control API", "[TRACE]", "octomil_model_versions", "Waiting for the group's members", "devices_total"} {
		if !bytes.Contains(trace, []byte(must)) {
			t.Errorf("the log has no %q: this searches the wrong file", must)
		}
	}
	searched := searchFolder(t, cli.Dir, key)
	for _, must := range []string{"create.tfplan/tfplan", "destroy.tfplan/tfstate", "terraform.tfstate.backup", "trace.log"} {
		if !searched[must] {
			t.Errorf("%s was not searched: %v", must, searched)
		}
	}
	search(t, "the output", []byte(printed.String()), key)
	for _, secret := range sensitive {
		search(t, "trace.log", trace, secret)
	}
}

// everyExample joins the examples of all resources and data sources. A block that several of them have is in it once.
func everyExample(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	seen := map[string]bool{}
	add := func(file string) {
		t.Helper()
		source := []byte(example(t, file))
		for _, block := range parsedExample(t, file) {
			if name := strings.Join(append([]string{block.Type}, block.Labels...), " "); !seen[name] {
				seen[name] = true
				all.Write(block.Range().SliceBytes(source))
				all.WriteString("\n")
			}
		}
	}
	for _, name := range resources(t) {
		add(filepath.Join("resources", name, "resource.tf"))
	}
	for _, name := range dataSources(t) {
		add(filepath.Join("data-sources", name, "data-source.tf"))
	}
	return all.String()
}

// sensitiveValues returns the values of sensitive attributes in a state.
func sensitiveValues(t *testing.T, shown string) []string {
	t.Helper()
	var state struct {
		Values struct {
			Root struct {
				Resources []struct {
					Values    map[string]any  `json:"values"`
					Sensitive json.RawMessage `json:"sensitive_values"`
				} `json:"resources"`
			} `json:"root_module"`
		} `json:"values"`
	}
	if err := json.Unmarshal([]byte(shown), &state); err != nil {
		t.Fatal(err)
	}
	if len(state.Values.Root.Resources) == 0 {
		t.Fatal("the state holds nothing")
	}
	var secrets []string
	for _, r := range state.Values.Root.Resources {
		var marks map[string]any
		if err := json.Unmarshal(r.Sensitive, &marks); err != nil {
			t.Fatal(err)
		}
		for name, mark := range marks {
			if text, ok := r.Values[name].(string); ok && mark == true && text != "" {
				secrets = append(secrets, text)
			}
		}
	}
	return secrets
}

// searchFolder searches all files of a folder for a secret, also inside of plan files. It returns the searched files.
func searchFolder(t *testing.T, folder, secret string) map[string]bool {
	t.Helper()
	searched := map[string]bool{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		searched[name] = true
		search(t, name, content, secret)
		archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return nil //nolint:nilerr // no plan file
		}
		for _, member := range archive.File {
			file, err := member.Open()
			if err != nil {
				return err
			}
			inside, err := io.ReadAll(file)
			if err != nil {
				return err
			}
			searched[name+"/"+member.Name] = true
			search(t, name+"/"+member.Name, inside, secret)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return searched
}

// search searches for a secret as it is, and as written in JSON, in Go and in a URL.
func search(t *testing.T, where string, content []byte, secret string) {
	t.Helper()
	for _, spelling := range []string{
		secret, strings.ReplaceAll(secret, "/", `\/`), strings.NewReplacer("/", "%2F", "+", "%2B").Replace(secret),
		strings.ReplaceAll(secret, "+", `\u002b`),
	} {
		if i := bytes.Index(content, []byte(spelling)); i >= 0 {
			t.Errorf("%s holds a secret: …%s…", where, content[max(i-200, 0):min(i+200, len(content))])
			return
		}
	}
}
