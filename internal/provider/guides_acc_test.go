package provider_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	goversion "github.com/hashicorp/go-version"

	"github.com/octomil/terraform-provider-octomil/internal/acctest"
	"github.com/octomil/terraform-provider-octomil/internal/sandbox"
)

const (
	guides    = "../../docs/guides"
	templates = "../tools/templates/guides"
)

// Each guide runs from its first block to its last, with the real command line against a new sandbox. The test does and expects what
// the guide shows, so the two cannot diverge. The first word after a fence is the kind of the block:
//
//	terraform   the content of a file of the configuration: deployment.tf, unless a name follows. With "1.14" after it the block
//	            needs that Terraform: its actions go through the plugin protocol instead. The provider block of main.tf is that of
//	            the sandbox, and no init is needed; TestAccInstall_firstConfiguration runs one.
//	diff        a change of such a file
//	bash        the content of a script, under the name that follows
//	yaml        ignored
//	console     commands, each after "$ ", and what they print; a line of three dots stands for what is left out
//
// A configuration that no command applies is applied as well, and the next plan must be empty.
func TestAccProvider_guides(t *testing.T) {
	t.Parallel()
	for _, name := range names(t, guides) {
		t.Run(strings.TrimSuffix(name, ".md"), func(t *testing.T) {
			t.Parallel()
			page := read(t, filepath.Join(guides, name))
			sb := acctest.Start(t, seedOf(t, page))
			blocks := blocksOf(page)
			if !slices.ContainsFunc(blocks, func(b block) bool { return b.kind == "terraform" }) {
				t.Fatal("the guide shows no configuration")
			}
			runner := newGuideRunner(t, sb)
			runner.run(blocks)
			runner.checkDrift(driftAfter[name])
		})
	}
}

var seeds = regexp.MustCompile("`terraform-provider-octomil sandbox -seed-models ([0-9]+) -seed-groups ([0-9]+)`")

// seedOf starts the sandbox of a guide with what its text says.
func seedOf(t *testing.T, page string) func(*sandbox.Options) {
	t.Helper()
	match := seeds.FindStringSubmatch(page)
	return func(o *sandbox.Options) {
		if match == nil {
			return
		}
		models, noModels := strconv.Atoi(match[1])
		groups, noGroups := strconv.Atoi(match[2])
		if err := errors.Join(noModels, noGroups); err != nil {
			t.Fatal(err)
		}
		o.SeedModels, o.SeedGroups = models, groups
	}
}

// driftAfter are the exit codes of the drift job after a guide that does not end with a fleet as it is configured, 0 for the others.
var driftAfter = map[string]int{
	"automatic-rollback.md": 1, // a first version that was rolled back leaves no state to tell it from
	"drift-detection.md":    3, // its last step is a rollback
}

// The tested guides are the published ones: the pages are generated from the templates, which have no placeholders.
func TestGuidesMatchTheirTemplates(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(names(t, templates), names(t, guides)); diff != "" {
		t.Fatalf("templates (-) and pages (+); run `make generate`:\n%s", diff)
	}
	for _, name := range names(t, guides) {
		if diff := cmp.Diff(read(t, filepath.Join(templates, name)), read(t, filepath.Join(guides, name))); diff != "" {
			t.Errorf("%s: template (-) and page (+); run `make generate`:\n%s", name, diff)
		}
	}
}

// A guide runs for a reader who has nothing: it begins with the provider block, whose constraint accepts the version that is built, and says
// where to find a sandbox.
func TestGuidesBeginWithTheProvider(t *testing.T) {
	t.Parallel()
	built := goversion.Must(goversion.NewVersion(strings.TrimSpace(read(t, "../../VERSION"))))
	for _, name := range names(t, guides) {
		page := read(t, filepath.Join(guides, name))
		first := blocksOf(page)[0]
		constraint := versionConstraint.FindStringSubmatch(first.text)
		begins := slices.Equal(first.words, []string{"main.tf"}) && constraint != nil && strings.HasSuffix(first.text, "}\n\n"+emptyProvider) &&
			strings.Contains(page, "(../index.md#try-it-without-an-account)")
		if !begins {
			t.Errorf("%s does not begin with its provider block, or does not say where to find a sandbox", name)
		}
		if begins && !goversion.MustConstraints(goversion.NewConstraint(constraint[1])).Check(built) {
			t.Errorf("%s: %s does not accept %s", name, constraint[1], built)
		}
	}
}

var versionConstraint = regexp.MustCompile(`source  = "octomil/octomil"\n      version = "([^"]+)"`)

// The links of the guides lead to existing pages and headings.
func TestGuidesLinkToExistingPages(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#([^)]*))?\)`)
	found := 0
	for _, name := range names(t, guides) {
		for _, match := range link.FindAllStringSubmatch(read(t, filepath.Join(guides, name)), -1) {
			found++
			page := read(t, filepath.Join(guides, match[1]))
			if match[2] != "" && !slices.Contains(anchors(page), match[2]) {
				t.Errorf("%s: %s has no heading %q", name, match[1], match[2])
			}
		}
	}
	if found == 0 {
		t.Error("the guides have no links: this looks for them in the wrong way")
	}
}

// anchors returns the anchors of a page: its headings in lower case, with a dash for each space.
func anchors(page string) []string {
	var anchors []string
	for line := range strings.Lines(page) {
		if heading, is := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); is && line[0] == '#' {
			anchors = append(anchors, strings.ReplaceAll(strings.ToLower(strings.TrimSpace(heading)), " ", "-"))
		}
	}
	return anchors
}

// block is a fenced code block of a guide.
type block struct {
	// kind is the first word after the fence.
	kind string
	// words are the others.
	words []string
	text  string
	// line is where the text begins in the guide.
	line int
}

// blocksOf returns the code blocks of a page in their order.
func blocksOf(page string) []block {
	var blocks []block
	inside := false
	for i, line := range strings.Split(page, "\n") {
		info, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && inside:
			inside = false
		case isFence:
			inside = true
			words := append(strings.Fields(info), "")
			blocks = append(blocks, block{kind: words[0], words: words[1 : len(words)-1], line: i + 2})
		case inside:
			blocks[len(blocks)-1].text += line + "\n"
		}
	}
	return blocks
}

func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if len(names) == 0 {
		t.Fatalf("%s is empty", folder)
	}
	return names
}
