package provider_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
)

// guideRunner runs a guide.
type guideRunner struct {
	t  *testing.T
	sb *acctest.Sandbox
	// dir is the reader's folder.
	dir string
	env []string
	// pending are the files that were written since the last apply.
	pending map[string]bool
	// actions are the blocks shown so far, by their address.
	actions map[string]*hcl.Block
	invoked map[string]bool
	// code is the exit code of the last command.
	code int
}

func newGuideRunner(t *testing.T, sb *acctest.Sandbox) *guideRunner {
	t.Helper()
	dir := acctest.NewCLI(t, sb.Provider()).Dir
	settings := filepath.Join(dir, "cli.tfrc")
	if _, err := os.Stat(settings); err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(commandLine(t), filepath.Join(bin, "terraform")); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(bin, "terraform-provider-octomil")); err != nil {
		t.Fatal(err)
	}
	// curl fails where the sandbox refuses, and prints nothing but the answer.
	if err := os.WriteFile(filepath.Join(bin, ".curlrc"), []byte("silent\nshow-error\nfail-with-body\nnoproxy = \"*\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return &guideRunner{
		t: t, sb: sb, dir: dir, pending: map[string]bool{}, actions: map[string]*hcl.Block{}, invoked: map[string]bool{},
		env: append(os.Environ(),
			"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "TF_CLI_CONFIG_FILE="+settings, "CHECKPOINT_DISABLE=1",
			"CURL_HOME="+bin, "OCTOMIL_API_URL="+sb.URL, "OCTOMIL_API_KEY="+sb.Key, "OCTOMIL_ORG_ID="+sb.Org,
			"TF_INPUT=0", "TF_IN_AUTOMATION=1", "TF_CLI_ARGS=-no-color", "TF_CLI_ARGS_apply=-auto-approve"),
	}
}

// commandLine is the tool that `make test` has found, or else the one on PATH.
func commandLine(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("neither terraform nor tofu is on PATH; install one, or run `make test`, which does")
	return ""
}

// run runs the blocks in their order.
func (s *guideRunner) run(blocks []block) {
	s.t.Helper()
	for _, b := range blocks {
		switch b.kind {
		case "terraform":
			if formatted := string(hclwrite.Format([]byte(b.text))); formatted != b.text {
				s.t.Fatalf("line %d: formatted, the block would be\n%s", b.line, formatted)
			}
			if slices.Contains(b.words, "1.14") {
				s.readActions(b)
				continue
			}
			s.write(b.file(s.t, ".tf", "deployment.tf"), strings.Replace(speedUp(b.text), emptyProvider, s.sb.Provider(), 1))
		case "diff":
			file := b.file(s.t, ".tf", "deployment.tf")
			s.write(file, s.patched(file, b))
		case "bash":
			s.write(b.file(s.t, ".sh", ""), b.text)
		case "console":
			s.runConsole(b)
		case "yaml": // a pipeline, which nothing here can run
		default:
			s.t.Fatalf("line %d: unknown kind of block %q", b.line, b.kind)
		}
	}
	s.applyPending()
	for address := range s.actions {
		if !s.invoked[address] {
			s.t.Errorf("no command invokes %s", address)
		}
	}
}

// checkDrift runs the drift job on what the guide has ended with, and expects its exit code. Nothing that a guide shows may look like drift
// to its own reader.
func (s *guideRunner) checkDrift(want int) {
	s.t.Helper()
	s.sb.Settle()
	s.shell("rm -f tfplan")
	plan := s.shell("terraform plan -input=false -out=tfplan")
	if output := s.shell("terraform show -json tfplan | terraform-provider-octomil drift"); s.code != want {
		s.t.Errorf("after the guide, drift ends with %d; want %d: %s\n%s", s.code, want, output, plan)
	}
}

// emptyProvider is the provider block of a reader, who has the settings in the environment.
const emptyProvider = `provider "octomil" {}
`

// file is the name that the block gives to its content.
func (b block) file(t *testing.T, suffix, otherwise string) string {
	t.Helper()
	switch {
	case len(b.words) == 0 && otherwise != "":
		return otherwise
	case len(b.words) != 1 || !strings.HasSuffix(b.words[0], suffix):
		t.Fatalf("line %d: %q names no file with the ending %s", b.line, b.words, suffix)
	}
	return b.words[0]
}

// write replaces a file. What it held before must have been applied.
func (s *guideRunner) write(name, content string) {
	s.t.Helper()
	if s.pending[name] {
		s.applyPending()
	}
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
	if strings.HasSuffix(name, ".tf") {
		s.pending[name] = true
	}
}

// applyPending applies what no command of the guide has applied, and expects nothing to do after it.
func (s *guideRunner) applyPending() {
	s.t.Helper()
	if len(s.pending) == 0 {
		return
	}
	for _, command := range []string{"terraform apply", "terraform plan -detailed-exitcode"} {
		s.sb.Settle()
		if output := s.shell(command); s.code != 0 {
			s.t.Fatalf("%s ended with %d:\n%s", command, s.code, output)
		}
	}
}

// patched is a file of the configuration with the change that a diff shows.
func (s *guideRunner) patched(file string, b block) string {
	s.t.Helper()
	var before, after strings.Builder
	for line := range strings.Lines(b.text) {
		sign, text := line[:1], line[1:]
		if sign != "+" {
			before.WriteString(text)
		}
		if sign != "-" {
			after.WriteString(text)
		}
	}
	content, old := read(s.t, filepath.Join(s.dir, file)), speedUp(before.String())
	if n := strings.Count(content, old); n != 1 {
		s.t.Fatalf("line %d: %s has what the diff changes %d times; want once:\n%s", b.line, file, n, content)
	}
	return strings.Replace(content, old, speedUp(after.String()), 1)
}

// command is one of a console block, and what the guide says that it prints.
type command struct {
	text, prints string
	line         int
}

func commandsOf(b block) []command {
	var commands []command
	for i, line := range strings.Split(strings.TrimSuffix(b.text, "\n"), "\n") {
		text, is := strings.CutPrefix(line, "$ ")
		switch last := len(commands) - 1; {
		case is:
			commands = append(commands, command{text: text, line: b.line + i})
		case last >= 0 && commands[last].prints == "" && strings.HasSuffix(commands[last].text, `\`):
			commands[last].text = strings.TrimSuffix(commands[last].text, `\`) + strings.TrimSpace(line)
		case last >= 0:
			commands[last].prints += line + "\n"
		}
	}
	return commands
}

// runConsole runs the commands of a block. A failure has to be shown: by an error in what is printed, or by the exit code after it.
func (s *guideRunner) runConsole(b block) {
	s.t.Helper()
	commands := commandsOf(b)
	if len(commands) == 0 {
		s.t.Fatalf("line %d: the block has no command", b.line)
	}
	for i, c := range commands {
		s.sb.Settle() // a reader takes longer
		var output string
		isTerraform := false
		switch {
		case c.text == "echo $?":
			output = fmt.Sprintln(s.code)
		case strings.HasPrefix(c.text, "curl "):
			output = s.curl(c)
		case strings.HasPrefix(c.text, "terraform apply -invoke="):
			output = s.invoke(c)
		default:
			output, isTerraform = s.shell(c.text), true
		}
		s.t.Logf("$ %s\n%s", c.text, output)
		s.compare(c, output)
		if isTerraform && (i+1 == len(commands) || commands[i+1].text != "echo $?") {
			want := 0
			if strings.Contains("\n"+c.prints, "\nError: ") {
				want = 1
				clear(s.pending) // refused, as the guide says
			}
			if s.code != want {
				s.t.Fatalf("line %d: %s ended with %d; the guide makes one expect %d:\n%s", c.line, c.text, s.code, want, output)
			}
		}
	}
}

// commandLimit ends a command that hangs.
const commandLimit = 2 * time.Minute

// shell runs a command in the folder of the reader.
func (s *guideRunner) shell(text string) (output string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), commandLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", text)
	cmd.Dir, cmd.Env = s.dir, s.env
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // so that it says how far it has come
	cmd.WaitDelay = 10 * time.Second
	printed, err := cmd.CombinedOutput()
	if err != nil && (ctx.Err() != nil || cmd.ProcessState == nil) {
		s.t.Fatalf("%s: %v\n%s", text, errors.Join(err, ctx.Err()), printed)
	}
	s.code = cmd.ProcessState.ExitCode()
	if strings.HasPrefix(text, "terraform apply") {
		clear(s.pending)
	}
	return string(printed)
}

var (
	curlCommand = regexp.MustCompile(`^curl (?:-X ([A-Z]+) )?"\$OCTOMIL_API_URL(/[^"]+)"((?: -H "[^"]+")*)(?: -d '([^']*)')?$`)
	curlHeader  = regexp.MustCompile(` -H "([^:"]+): ([^"]+)"`)
)

// curl runs a curl command as it stands. On a machine without curl, it sends the same request.
func (s *guideRunner) curl(c command) string {
	s.t.Helper()
	match := curlCommand.FindStringSubmatch(c.text)
	if match == nil {
		s.t.Fatalf("line %d: unsupported command %s", c.line, c.text)
	}
	if _, err := exec.LookPath("curl"); err == nil {
		output := s.shell(c.text)
		if s.code != 0 {
			s.t.Fatalf("line %d: %s ended with %d: %s", c.line, c.text, s.code, output)
		}
		return output
	}
	method := match[1]
	switch {
	case method == "" && match[4] == "":
		method = "GET"
	case method == "":
		method = "POST"
	}
	request := httptest.NewRequestWithContext(s.t.Context(), method, match[2], strings.NewReader(match[4]))
	request.Host = "127.0.0.1"
	if match[4] != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded") // as curl does
	}
	for _, header := range curlHeader.FindAllStringSubmatch(match[3], -1) {
		request.Header.Set(header[1], strings.ReplaceAll(header[2], "$OCTOMIL_API_KEY", s.sb.Key))
	}
	answer := httptest.NewRecorder()
	s.sb.ServeHTTP(answer, request)
	if answer.Code > 299 {
		s.t.Fatalf("line %d: the sandbox answered %d: %s", c.line, answer.Code, answer.Body)
	}
	return answer.Body.String()
}

// readActions reads the actions of a block that this Terraform may be too old for.
func (s *guideRunner) readActions(b block) {
	s.t.Helper()
	parsed, diags := hclparse.NewParser().ParseHCL([]byte(b.text), "actions.tf")
	if diags.HasErrors() {
		s.t.Fatalf("line %d: %v", b.line, diags)
	}
	content, diags := parsed.Body.Content(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "action", LabelNames: []string{"type", "name"}}}})
	if diags.HasErrors() {
		s.t.Fatalf("line %d: %v", b.line, diags)
	}
	for _, found := range content.Blocks {
		s.actions["action."+strings.Join(found.Labels, ".")] = found
	}
}

// invoke plays Terraform's part for an action and returns its progress messages and warnings.
func (s *guideRunner) invoke(c command) string {
	s.t.Helper()
	address := strings.TrimPrefix(c.text, "terraform apply -invoke=")
	found, ok := s.actions[address]
	if !ok {
		s.t.Fatalf("line %d: the guide has shown no such action", c.line)
	}
	s.invoked[address] = true
	content, diags := found.Body.Content(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "config"}}})
	if diags.HasErrors() || len(content.Blocks) != 1 {
		s.t.Fatalf("line %d: the action has no config: %v", c.line, diags)
	}
	attributes, diags := content.Blocks[0].Body.JustAttributes()
	config := map[string]any{}
	for name, attribute := range attributes {
		value, d := attribute.Expr.Value(nil)
		if diags = append(diags, d...); d.HasErrors() {
			continue
		}
		switch value.Type().FriendlyName() {
		case "string":
			config[name] = value.AsString()
		case "number":
			config[name], _ = value.AsBigFloat().Float64()
		default:
			s.t.Fatalf("line %d: %s is a %s", c.line, name, value.Type().FriendlyName())
		}
	}
	if diags.HasErrors() {
		s.t.Fatalf("line %d: %v", c.line, diags)
	}
	progress, said := s.sb.Invoke(s.t, found.Labels[0], config)
	if said.Failed() {
		s.t.Fatalf("line %d: %v", c.line, said.Errors)
	}
	return strings.Join(append(progress, said.Warnings...), "\n")
}

// compare holds what was printed against the guide: each part between the dots must be there, in the same order.
func (s *guideRunner) compare(c command, output string) {
	s.t.Helper()
	rest := normalized(output)
	for _, part := range strings.Split("\n"+c.prints, "\n...\n") {
		want := speedUp(normalized(part))
		_, after, found := strings.Cut(rest, want)
		if !found {
			s.t.Fatalf("line %d: %s does not print\n%s\nbut\n%s", c.line, c.text, part, output)
		}
		rest = after
	}
}

// variable is what differs from run to run.
var variable = strings.NewReplacer("OpenTofu", "Terraform", "tofu", "terraform")

var (
	moment  = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)
	record  = regexp.MustCompile(`\b(rol|dep|req)_\w+`)
	counted = regexp.MustCompile(`, \d+ of \d+ devices updated`) // by the last look before something happened
	elapsed = regexp.MustCompile(`\b(after|for) [\dms.]+s\b`)
	spaces  = regexp.MustCompile(`\s+`)
)

// normalized replaces in an output what differs between runs and tools: times, IDs and line breaks.
func normalized(output string) string {
	output = moment.ReplaceAllString(variable.Replace(output), "(time)")
	output = counted.ReplaceAllString(output, "")
	output = elapsed.ReplaceAllString(record.ReplaceAllString(output, "${1}_…"), "$1 (elapsed)")
	return strings.TrimSpace(spaces.ReplaceAllString(output, " "))
}

var lasting = regexp.MustCompile(`((?:, bake|min_duration) += +"|\(bake |takes at least )([0-9hms]+[hms])`)

// speedUp turns each minute that an apply of a guide waits, in its configuration or in its output, into a millisecond.
func speedUp(text string) string {
	return lasting.ReplaceAllStringFunc(text, func(found string) string {
		match := lasting.FindStringSubmatch(found)
		d, err := time.ParseDuration(match[2])
		if err != nil {
			return found
		}
		return match[1] + time.Duration(d.Minutes()*float64(time.Millisecond)).String()
	})
}
